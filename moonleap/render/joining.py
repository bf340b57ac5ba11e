"""Files of all resources side by side: shared ones are merged, those in each other's way are errors."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from moonleap.decorators import name_of
from moonleap.hooks import Function
from moonleap.outputfile import OutputFile, Source
from moonleap.packages import Package
from moonleap.render.problems import Problem, Problems, who
from moonleap.session import Session
from moonleap.specfile import DEFAULT
from moonleap.tracing import described


@dataclass(frozen=True, slots=True)
class Written:
    """What a resource wrote; `content` is None for a folder."""

    path: str
    content: str | bytes | None
    source: Source
    executable: bool = False
    package: Package | None = None


def join(
    written: Sequence[Written], session: Session, problems: Problems
) -> tuple[tuple[OutputFile, ...], tuple[str, ...]]:
    """Files, and folders that no file lies in, sorted by path."""
    by_path: dict[str, list[Written]] = {}
    folders: dict[str, Written] = {}
    for one in written:
        if one.content is None:
            folders.setdefault(one.path, one)
        else:
            by_path.setdefault(one.path, []).append(one)
    files = []
    for path, parts in sorted(by_path.items()):
        file = _joined(path, parts, session, problems)
        if file is not None:
            files.append(file)
    filled = _check_names(by_path, folders, problems)
    return tuple(files), tuple(sorted(path for path in folders if path != "." and path not in filled))


def _joined(path: str, parts: list[Written], session: Session, problems: Problems) -> OutputFile | None:
    first = parts[0]
    assert first.content is not None
    sources = tuple(dict.fromkeys(part.source for part in parts))
    executable = any(part.executable for part in parts)
    content: str | bytes = first.content
    if len(parts) > 1 and any(_data(part) != _data(first) for part in parts):
        merger = _merger(path, parts, session)
        if merger is None:
            _no_merger(path, parts, problems)
            return None
        merged = _merged(path, parts, merger, problems)
        if merged is None:
            return None
        content = merged
    return OutputFile(path, content, sources, executable)


def _merger(path: str, parts: list[Written], session: Session) -> Function | None:
    """Of the packages of the resources, in their order, then of those in the scope `default`."""
    packages = [part.package for part in parts if part.package is not None]
    for package in (*packages, *session.packages_of(DEFAULT)):
        merger = package.hooks.merger(path)
        if merger is not None:
            return merger
    return None


def _no_merger(path: str, parts: list[Written], problems: Problems) -> None:
    first = parts[0]
    other = next(part for part in parts if _data(part) != _data(first))
    what = f"`{path}` is written {_by(first)}, and {_by(other)}"
    hint = (
        f'give one of them another name, or join them: `mergers = {{"{path.rpartition("/")[2]}": function}}`'
    )
    problems.add(Problem("two-writers", other.source.place, what, "", hint))


def _merged(path: str, parts: list[Written], merger: Function, problems: Problems) -> str | None:
    place = parts[0].source.place
    name = name_of(merger)
    hint = "a merger takes a list of texts and returns a text"
    try:
        merged = merger([_data(part).decode() for part in parts])
    except (Exception, SystemExit) as error:
        what, _, details = described(error).partition("\n")
        what = f"merger {name}, called for `{path}`, {what}"
        problems.add(Problem("merger-raised", place, what, details, hint))
        return None
    if not isinstance(merged, str):
        what = f"merger {name} returned {type(merged).__name__} for `{path}`"
        problems.add(Problem("merger-raised", place, what, "", hint))
        return None
    return merged


def _check_names(
    by_path: dict[str, list[Written]], folders: dict[str, Written], problems: Problems
) -> set[str]:
    """Tell names that differ only in case, and files where a folder is; returns all folders with a file."""
    filled: set[str] = set()
    spelled: dict[str, tuple[str, Written]] = {}
    above: dict[str, Written] = dict(folders)
    for path, parts in by_path.items():
        for folder in _above(path):
            filled.add(folder)
            above.setdefault(folder, parts[0])
    for path, one in folders.items():
        for folder in _above(path):
            above.setdefault(folder, one)
    for path, one in (*above.items(), *((path, parts[0]) for path, parts in by_path.items())):
        key = unicodedata.normalize("NFC", path).casefold()
        known, other = spelled.setdefault(key, (path, one))
        if known != path and known.rpartition("/")[0] == path.rpartition("/")[0]:
            what = (
                f"`{known}`, written {_by(other)}, and `{path}`, written {_by(one)}, are one on some systems"
            )
            hint = "give one of them another name; capital letters are no difference there"
            problems.add(Problem("same-name", one.source.place, what, "", hint))
    for path, parts in by_path.items():
        if path in above:
            what = f"`{path}` is a file, written {_by(parts[0])}, and a folder, written {_by(above[path])}"
            problems.add(Problem("file-and-folder", parts[0].source.place, what, "", "give one another name"))
    return filled


def _above(path: str) -> list[str]:
    """``a``, ``a/b`` for ``a/b/c``."""
    return list(accumulate(path.split("/")[:-1], lambda folder, name: f"{folder}/{name}"))


def _by(part: Written) -> str:
    with_ = part.source.template or part.source.renderer
    return f"by {who(part.source)}" + (f" with {with_}" if with_ else "")


def _data(part: Written) -> bytes:
    content = part.content or b""
    return content if isinstance(content, bytes) else content.encode()
