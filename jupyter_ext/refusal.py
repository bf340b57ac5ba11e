"""Refusals of the contents API: one clear message with a remedy, never a path of the host."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from tornado.web import HTTPError

from moonlight.diagnostic import Diagnostic, MoonlightError, Span

_STATUS = {"too-large": 413, "conflict": 409, "exists": 409}

_SYSTEM: dict[int, tuple[int, str]] = {
    errno.ENOENT: (404, "no such file or folder"),
    errno.EACCES: (403, "permission denied"),
    errno.EPERM: (403, "permission denied"),
    errno.EROFS: (403, "the file system is read-only"),
    errno.ENAMETOOLONG: (400, "the name is too long; choose a shorter one"),
    errno.EISDIR: (400, "this is a folder; choose another name"),
    errno.ENOTDIR: (400, "a part of the path is not a folder"),
    errno.ELOOP: (400, "too many links; open the file itself"),
    errno.ENOSPC: (507, "no space left on the disk; free some and save again"),
    errno.EDQUOT: (507, "the disk quota is used up; free some space and save again"),
}
"""What the system says, as HTTP status and message."""


def refusal(code: str, message: str, path: str, hint: str = "", line: int = 1) -> MoonlightError:
    """A refusal of our own, with the place and the remedy."""
    return MoonlightError(Diagnostic(code, message, Span(path, line, line), hint))


def http_error(error: MoonlightError) -> HTTPError:
    """``notes.py.md:3: what is wrong. What to do`` with a status of its own."""
    diagnostic = error.diagnostic
    span = diagnostic.span
    place = f"{span.path}:{span.line}" if span.line > 1 else span.path
    text = f"{place}: {diagnostic.message}"
    if diagnostic.hint:
        text += f". {diagnostic.hint[0].upper()}{diagnostic.hint[1:]}"
    return HTTPError(_STATUS.get(error.code, 400), f"{text}.")


def system_error(error: OSError, path: str, saving: bool = False) -> HTTPError:
    """What the disk or the system refused; the file is as it was."""
    status, message = _SYSTEM.get(error.errno or 0, (503, f"the disk answered {error.strerror!r}; try again"))
    if saving and status == 403:
        message += "; ask for the right to write, or save it under another name"
    return HTTPError(status, f"{path}: {message}." + " The file was not changed." * saving)


@contextmanager
def refused(path: str, saving: bool = False) -> Iterator[None]:
    """Turns what stops a request about `path` into its HTTP answer."""
    try:
        yield
    except MoonlightError as error:
        raise http_error(error) from error
    except OSError as error:
        raise system_error(error, path, saving) from error
    except RecursionError as error:
        raise HTTPError(400, f"{path}: nested too deeply. Flatten its metadata.") from error


@contextmanager
def without_host_paths(root: str) -> Iterator[None]:
    """Takes the served folder's own path out of messages of the server's managers."""
    try:
        yield
    except HTTPError as error:
        message = error.log_message or ""
        if len(root) < 2 or root not in message:
            raise
        message = message.replace("%%", "%").replace(root, "").lstrip("/\\")
        raise HTTPError(error.status_code, message, reason=error.reason) from None
