"""Puts IPython's transformed code back on the lines of the cell it came from."""

from __future__ import annotations


def align(raw: str, transformed: str) -> str:
    """`transformed` with empty lines where IPython dropped some: line n comes from line n of `raw`.

    IPython removes empty lines at the start and joins the continued lines of a magic; a cell magic
    becomes one line.
    """
    source = raw if raw.endswith("\n") else raw + "\n"
    missing = source.count("\n") - transformed.count("\n")
    if missing <= 0:
        return transformed
    old = source.split("\n")[:-1]
    new = transformed.split("\n")[:-1]
    result: list[str] = []
    if new and new[0].strip():
        leading = _leading_blank(old, missing)
        result += [""] * leading
        missing -= leading
    for number, line in enumerate(new):
        lost = 0
        if missing and not _same(line, old[len(result)]):
            following = new[number + 1] if number + 1 < len(new) else None
            lost = _joined(old, len(result), following, missing)
        result.append(line)
        result += [""] * lost
        missing -= lost
    return "".join(line + "\n" for line in result)


def _leading_blank(lines: list[str], most: int) -> int:
    count = 0
    while count < most and not lines[count].strip():
        count += 1
    return count


def _joined(old: list[str], at: int, following: str | None, most: int) -> int:
    """How many lines behind `at` became part of it: continued ones, or up to where texts agree."""
    count = 0
    while count < most and old[at + count].endswith("\\"):
        count += 1
    if count or following is None or _same(following, old[at + 1]):
        return count
    for skipped in range(1, most + 1):
        if _same(following, old[at + 1 + skipped]):
            return skipped
    return 0


def _same(line: str, raw: str) -> bool:
    return line.strip() == raw.strip()
