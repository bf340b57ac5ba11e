"""Paths of output files: refused as text, before any file call, unless they stay inside on every system."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePath

MAX_NAME, MAX_PATH = 240, 1000
"""Bytes of one name, and of a whole path, that every file system takes."""
OWN_FOLDER = ".moonleap"
"""Folder of the output folder that belongs to Moonleap."""

_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


class PathRefused(ValueError):
    """A path does not stay inside the output folder, or not every system can have a file of that name."""


def output_path(path: object) -> str:
    """`path` with single "/" and without "."; "." is the output folder itself.

    Raises PathRefused, which says what is wrong.
    """
    text = path.as_posix() if isinstance(path, PurePath) else path
    if not isinstance(text, str):
        raise PathRefused(f"{type(path).__name__} is no path")
    return _checked(text)


@lru_cache(maxsize=4096)
def _checked(text: str) -> str:
    if text.startswith("/"):
        raise PathRefused("it is absolute")
    if "\\" in text:
        raise PathRefused("it has a backslash; write `/`")
    names = [name for name in text.split("/") if name not in ("", ".")]
    for name in names:
        wrong = _wrong_name(name)
        if wrong:
            raise PathRefused(wrong)
    if names and names[0].casefold() == OWN_FOLDER:
        raise PathRefused(f"`{names[0]}` is Moonleap's own")
    if any(name.casefold() == ".git" for name in names):
        raise PathRefused("`.git` is git's own")
    if len("/".join(names).encode()) > MAX_PATH:
        raise PathRefused(f"it has more than {MAX_PATH} bytes")
    return "/".join(names) or "."


def _wrong_name(name: str) -> str:
    """What is wrong with one name of a path, "" where nothing is."""
    if name == "..":
        return "`..` leaves the output folder"
    if _UNPRINTED.search(name):
        return "it has a line end, or another character that cannot be seen"
    if _SURROGATES.search(name):
        return "it has a lone surrogate"
    if ":" in name:
        return "it has a colon: a drive or a stream on Windows"
    if name[-1] in ". ":
        return f"`{name}` ends with a {'dot' if name[-1] == '.' else 'space'}, which Windows drops"
    if _DEVICES.fullmatch(name):
        return f"`{name}` is a device on Windows"
    if len(name.encode()) > MAX_NAME:
        return f"a name has more than {MAX_NAME} bytes"
    return ""
