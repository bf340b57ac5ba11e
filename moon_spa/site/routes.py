"""Routes of a site: patterns, what they match, and which of them contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moon_spa.findings import Place, finding
from moonlight.diagnostic import Diagnostic

NOT_FOUND = "*"
"""The pattern of the page for everything that no route matches."""

RESERVED = frozenset({"index.html", "404.html", "site.js"})
"""Names of files that a site has itself."""

_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
_PARAM = re.compile(r":[A-Za-z_][A-Za-z0-9_]*")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Route:
    """A pattern and the component that it shows; `pages` are values of its parameters to be made ahead."""

    pattern: str
    component: str
    file: Path
    place: Place
    props: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    pages: tuple[Mapping[str, str], ...] = ()

    @property
    def segments(self) -> tuple[str, ...]:
        """``/item/:id`` in parts; none for ``/`` and for the page of what is not found."""
        return tuple(part for part in self.pattern.split("/") if part and part != NOT_FOUND)

    @property
    def params(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(part[1:] for part in self.segments if part.startswith(":"))

    @property
    def rank(self) -> tuple[tuple[bool, str], ...]:
        """Routes are tried in this order: fixed parts come before parameters."""
        return tuple((part.startswith(":"), part) for part in self.segments)

    def addresses(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The pages that are made ahead: their path below the site, "" for the first page, and parameters."""
        for values in self.pages if self.params else ({},):
            yield "/".join(values[part[1:]] if part[0] == ":" else part for part in self.segments), values


@dataclass(frozen=True)
class Site:
    """What a site has: routes in the order in which they are tried, without that of `not_found`."""

    routes: tuple[Route, ...]
    not_found: Route | None = None
    title: str = ""
    language: str = "en"


def pattern_flaw(pattern: str) -> str:
    """Why a text is no pattern of a route; "" where it is one."""
    if pattern in ("/", NOT_FOUND):
        return ""
    if not pattern.startswith("/"):
        return "a pattern begins with / (or is * alone)"
    if pattern.endswith("/"):
        return "a pattern does not end with /"
    names: set[str] = set()
    for part in pattern[1:].split("/"):
        if part.startswith(":"):
            if not _PARAM.fullmatch(part):
                return f"{part!r} is no parameter: write : and a name"
            if part in names:
                return f"the parameter {part!r} stands twice"
            names.add(part)
        elif flaw := segment_flaw(part):
            return flaw
    if pattern[1:].lower() in RESERVED or pattern[1:].partition("/")[0].lower() in RESERVED:
        return "a site has a file of this name itself"
    return ""


def segment_flaw(part: str) -> str:
    """Why a text cannot be the name of a page's folder; "" where it can."""
    if not _SEGMENT.fullmatch(part) or part.endswith("."):
        return f"{part!r} cannot be a part of an address: use letters, digits, and - _ ~ . inside"
    if _DEVICE.fullmatch(part):
        return f"{part!r} is a device on Windows"
    return "" if len(part) <= 200 else "a part is longer than 200 characters"


def conflicts(routes: Sequence[Route]) -> list[Diagnostic]:
    """Routes and pages that are the same address, also where capitals do not count."""
    found = []
    shapes: dict[str, Route] = {}
    for route in routes:
        shape = re.sub(r":\w+", ":", route.pattern).lower()
        if other := shapes.get(shape):
            message = f"{route.pattern} matches the same addresses as {other.pattern} ({_where(other)})"
            found.append(finding("route-twice", message, route.place, "keep one of the two"))
        shapes.setdefault(shape, route)
    pages: dict[str, Route] = {}
    for route in sorted(shapes.values(), key=lambda one: one.rank):
        for address, _ in () if route.pattern == NOT_FOUND else route.addresses():
            if other := pages.get(address.lower()):
                message = f"the page /{address} is one of {other.pattern} ({_where(other)}) already"
                found.append(finding("route-page", message, route.place, "take it from the list"))
            pages.setdefault(address.lower(), route)
    return found


def _where(route: Route) -> str:
    return f"{route.place.path}:{route.place.line}"
