"""What a folder says of its site: `site.yml`, or without one the names of its files.

    title: Shop
    language: en
    routes:
      /: Home
      /item/:id:
        component: Item
        title: An item
        props: {currency: EUR}
        pages: [{id: 1}, {id: 2}]
      "*": NotFound

A component is the name of a class, or ``folder/file.py:Name`` where several files have one of that name.
Without `site.yml`, `index.py` is ``/``, `about.py` is ``/about``, `item/[id].py` is ``/item/:id``, and
`404.py` is ``*``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from moon_spa.findings import ComponentError, Place, finding, refusal
from moon_spa.listing import ENDINGS, component_names
from moon_spa.site.routes import NOT_FOUND, Route, Site, conflicts, pattern_flaw, segment_flaw
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.hints import did_you_mean
from moonlight.source import read_source
from moonlight.yamltext import Node, YamlError, read_yaml

NAME = "site.yml"

SITE_KEYS = ("title", "language", "routes")
ROUTE_KEYS = ("component", "title", "props", "pages")

Members = dict[str, tuple[Node, Node]]


def read_site(folder: Path) -> Site:
    """The site of a folder; ComponentError has all that is wrong with it, in its places."""
    if not folder.is_dir():
        raise refusal("not-a-folder", "this is no folder", Place(str(folder), 1), "give the folder of a site")
    file = folder / NAME
    reader = _Reader(folder, str(file))
    if file.is_file():
        reader.site_file(read_source(file).text)
    else:
        reader.file_names()
    if not reader.found:
        reader.found += conflicts(reader.routes)
    if not reader.routes and not reader.found:
        hint = f"write {NAME} with `routes:`, or put components into index.py, about.py, …"
        reader.found.append(finding("no-routes", "the site has no routes", Place(str(folder), 1), hint))
    if reader.found:
        raise ComponentError(reader.found)
    tried = sorted((one for one in reader.routes if one.pattern != NOT_FOUND), key=lambda route: route.rank)
    lost = next((one for one in reader.routes if one.pattern == NOT_FOUND), None)
    return Site(tuple(tried), lost, reader.settings.get("title", ""), reader.settings.get("language", "en"))


@dataclass
class _Reader:
    """Collects routes, and findings about them."""

    folder: Path
    path: str
    routes: list[Route] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @cached_property
    def components(self) -> dict[Path, list[str]]:
        """The files that hold components, and their names."""
        return {file: names for file in _files(self.folder) if (names := _names(file))}

    def note(self, code: str, message: str, node: Node, hint: str = "") -> None:
        self.found.append(finding(code, message, self.place(node), hint))

    def place(self, node: Node) -> Place:
        return Place(self.path, node.line, node.column)

    # -- without site.yml -----------------------------------------------------------------------

    def file_names(self) -> None:
        """A route for each file that holds a component."""
        for file, names in self.components.items():
            pattern = pattern_of(file.relative_to(self.folder))
            place = Place(str(file), 1)
            if flaw := pattern_flaw(pattern):
                self.found.append(finding("route-pattern", flaw, place, f"rename the file, or write {NAME}"))
            elif len(names) > 1:
                message = f"{len(names)} components stand here: {', '.join(names)}"
                hint = f"keep one in a file that is a page, or write {NAME}"
                self.found.append(finding("several-components", message, place, hint))
            else:
                self.routes.append(Route(pattern, names[0], file, place))

    # -- site.yml -------------------------------------------------------------------------------

    def site_file(self, text: str) -> None:
        try:
            root = read_yaml(text) or Node({}, members=())
        except YamlError as error:
            place = Place(self.path, error.line, error.column)
            self.found.append(finding("site-yaml", f"this is not YAML: {error.problem}", place))
            return
        members = self.mapping(root, NAME, SITE_KEYS)
        for name in ("title", "language"):
            if name in members:
                self.settings[name] = self.text(members[name][1], name)
        if "routes" in members:
            for pattern, (key, value) in self.mapping(members["routes"][1], "routes").items():
                self.route(pattern, key, value)

    def mapping(self, node: Node, what: str, keys: Iterable[str] = ()) -> Members:
        """The members of a mapping whose keys are texts, each once."""
        found: Members = {}
        if node.members is None:
            self.note("site-shape", f"{what} is a mapping", node, "write `name: value` lines")
        for key, value in node.members or ():
            if key.text is None:
                self.note("site-shape", f"a name in {what} is text", key)
            elif key.text in found:
                self.note("route-twice", f"{key.text} stands twice in {what}", key, "keep one of the two")
            elif keys and key.text not in keys:
                hint = did_you_mean(key.text, keys, f"there is {', '.join(keys)}")
                self.note("site-key", f"{what} has no {key.text!r}", key, hint)
            else:
                found[key.text] = (key, value)
        return found

    def text(self, node: Node, what: str) -> str:
        if node.text is None:
            self.note("site-shape", f"{what} is text", node)
        return node.text or ""

    def route(self, pattern: str, key: Node, node: Node) -> None:
        if flaw := pattern_flaw(pattern):
            self.note("route-pattern", flaw, key)
            return
        short = node.text is not None
        members = {"component": (key, node)} if short else self.mapping(node, f"route {pattern}", ROUTE_KEYS)
        if "component" not in members:
            self.note("route-component", f"{pattern} names no component", key, "write `component: Name`")
            return
        named = members["component"][1]
        target = self.component(self.text(named, "component"), named)
        props = self.props(members)
        title = self.text(members["title"][1], "title") if "title" in members else ""
        if target is None:
            return
        bare = Route(pattern, target[1], target[0], self.place(key), props, title)
        for name in sorted({*bare.params} & {*props}):
            message = f"{name} is both a parameter and a prop of {pattern}"
            self.note("route-param", message, members["props"][1], "rename one of them")
        self.routes.append(replace(bare, pages=self.pages(members, bare)))

    def props(self, members: Members) -> dict[str, Any]:
        if "props" not in members:
            return {}
        node = members["props"][1]
        if not isinstance(node.value, dict) or not all(type(name) is str for name in node.value):
            self.note("site-shape", "props is a mapping with names", node, "write `name: value` lines")
            return {}
        found: dict[str, Any] = node.value
        return found

    def pages(self, members: Members, route: Route) -> tuple[Mapping[str, str], ...]:
        if "pages" not in members:
            return ()
        if members["pages"][1].items is None:
            self.note("site-shape", "pages is a list", members["pages"][1], "write `[{id: 1}, {id: 2}]`")
        found = []
        for node in members["pages"][1].items or ():
            values = {key.text: value.text for key, value in node.members or ()}
            if set(values) != set(route.params) or not route.params or None in values.values():
                shown = ", ".join(route.params) or "it has none"
                self.note("route-page", f"a page gives all parameters of {route.pattern}: {shown}", node)
                continue
            texts = {str(name): str(value) for name, value in values.items()}
            flaws = [flaw for text in texts.values() if (flaw := segment_flaw(text))]
            if flaws:
                self.note("route-page", flaws[0], node, "leave the page to the router")
            else:
                found.append(texts)
        return tuple(found)

    def component(self, named: str, node: Node) -> tuple[Path, str] | None:
        """The file and the class that a route means."""
        inside, colon, name = named.rpartition(":")
        known: dict[str, list[Path]] = {}
        for file, names in self.components.items():
            if not colon or file.relative_to(self.folder).as_posix() == inside:
                for one in names:
                    known.setdefault(one, []).append(file)
        files = known.get(name, [])
        if len(files) == 1:
            return files[0], name
        if not files:
            hint = did_you_mean(name, known, f"write `class {name}(Component):` in a file of this folder")
            self.note("route-component", f"no component is called {named}", node, hint)
        else:
            places = [file.relative_to(self.folder).as_posix() for file in files]
            hint = f"write {places[0]}:{name}"
            self.note("route-component", f"{name} stands in {' and in '.join(places)}", node, hint)
        return None


def pattern_of(file: Path) -> str:
    """The route of a file by its name: ``item/[id].py`` is ``/item/:id``."""
    ending = next(one for one in sorted(ENDINGS, key=len, reverse=True) if file.name.endswith(one))
    parts = [*file.parts[:-1], file.name.removesuffix(ending)]
    if parts[-1] == "index":
        parts.pop()
    if parts == ["404"]:
        return NOT_FOUND
    return "/" + "/".join(f":{part[1:-1]}" if part[0] + part[-1] == "[]" else part for part in parts)


def _files(folder: Path) -> list[Path]:
    """The files that may hold components, sorted; none that is hidden or reached through a link."""
    found = []
    for file in folder.rglob("*"):
        inside = file.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in inside)
        if file.name.endswith(ENDINGS) and not hidden and file.is_file() and not file.is_symlink():
            found.append(file)
    return sorted(found, key=lambda file: file.relative_to(folder).as_posix())


def _names(file: Path) -> list[str]:
    """The components of a file; none where it is no source."""
    try:
        return component_names(file)
    except (ComponentError, MoonlightError, OSError):
        return []
