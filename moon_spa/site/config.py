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
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from moon_spa.findings import ComponentError, Place, did_you_mean, finding, refusal
from moon_spa.listing import ENDINGS, component_names
from moon_spa.site.routes import NOT_FOUND, Route, Site, conflicts, pattern_flaw, segment_flaw
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.source import read_source

NAME = "site.yml"

SITE_KEYS = ("title", "language", "routes")
ROUTE_KEYS = ("component", "title", "props", "pages")


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

    def note(self, code: str, message: str, node: yaml.Node | None, hint: str = "") -> None:
        place = Place(self.path, node.start_mark.line + 1, node.start_mark.column + 1) if node else None
        self.found.append(finding(code, message, place or Place(self.path, 1), hint))

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
        loader = yaml.SafeLoader(text.removeprefix("\ufeff"))
        try:
            if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
                self.note("site-yaml", "aliases are not used here", None, "write the value again")
                return
            node = loader.get_single_node()
            members = self.mapping(node, "site.yml", SITE_KEYS)
            for key in ("title", "language"):
                if key in members:
                    self.settings[key] = self.text(members[key][1], key)
            if "routes" in members:
                for pattern, (name, value) in self.mapping(members["routes"][1], "routes").items():
                    self.route(loader, pattern, name, value)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = Place(self.path, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)
            problem = getattr(error, "problem", None) or "it cannot be read"
            self.found.append(finding("site-yaml", f"this is not YAML: {problem}", place))
        except (ValueError, TypeError, AttributeError, RecursionError) as error:  # of a hostile scalar
            self.note("site-yaml", f"this is not YAML: {str(error)[:100]}", None)

    def mapping(
        self, node: yaml.Node | None, what: str, keys: Iterable[str] = ()
    ) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """The members of a mapping whose keys are texts, each once."""
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        if not isinstance(node, yaml.MappingNode):
            self.note("site-shape", f"{what} is a mapping", node, "write `name: value` lines")
            return found
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.note("site-shape", f"a name in {what} is text", key)
            elif key.value in found:
                self.note("route-twice", f"{key.value} stands twice in {what}", key, "keep one of the two")
            elif keys and key.value not in keys:
                hint = did_you_mean(key.value, keys, f"there is {', '.join(keys)}")
                self.note("site-key", f"{what} has no {key.value!r}", key, hint)
            else:
                found[key.value] = (key, value)
        return found

    def text(self, node: yaml.Node, what: str) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self.note("site-shape", f"{what} is text", node)
        return ""

    def route(self, loader: yaml.SafeLoader, pattern: str, key: yaml.Node, node: yaml.Node) -> None:
        if flaw := pattern_flaw(pattern):
            self.note("route-pattern", flaw, key)
            return
        if isinstance(node, yaml.ScalarNode):
            members: dict[str, tuple[yaml.Node, yaml.Node]] = {"component": (node, node)}
        else:
            members = self.mapping(node, f"route {pattern}", ROUTE_KEYS)
        if "component" not in members:
            self.note("route-component", f"{pattern} names no component", key, "write `component: Name`")
            return
        named = members["component"][1]
        target = self.component(self.text(named, "component"), named)
        place = Place(self.path, key.start_mark.line + 1, key.start_mark.column + 1)
        props = self.value(loader, members, "props", {})
        title = self.text(members["title"][1], "title") if "title" in members else ""
        if target is None:
            return
        bare = Route(pattern, target[1], target[0], place, props, title)
        for name in sorted({*bare.params} & {*props}):
            self.note(
                "route-param", f"{name} is both a parameter and a prop of {pattern}", members["props"][1]
            )
        pages = self.pages(loader, members, bare)
        self.routes.append(Route(pattern, target[1], target[0], place, props, title, pages))

    def value(
        self,
        loader: yaml.SafeLoader,
        members: Mapping[str, tuple[yaml.Node, yaml.Node]],
        key: str,
        default: Any,
    ) -> Any:
        """A value of the kind of `default`."""
        if key not in members:
            return default
        node = members[key][1]
        made = loader.construct_object(node, deep=True)
        kind = "mapping" if isinstance(default, dict) else "list"
        if not isinstance(made, type(default)) or (
            kind == "mapping" and not all(type(k) is str for k in made)
        ):
            self.note("site-shape", f"{key} is a {kind}" + (" with names" if kind == "mapping" else ""), node)
            return default
        return made

    def pages(
        self, loader: yaml.SafeLoader, members: Mapping[str, tuple[yaml.Node, yaml.Node]], route: Route
    ) -> tuple[Mapping[str, str], ...]:
        listed: list[Any] = self.value(loader, members, "pages", [])
        found = []
        for values, node in zip(listed, members["pages"][1].value if listed else (), strict=True):
            shown = ", ".join(route.params) or "none"
            if not isinstance(values, dict) or set(values) != set(route.params) or not route.params:
                self.note("route-page", f"a page gives all parameters of {route.pattern}: {shown}", node)
                continue
            texts = {name: str(value) for name, value in values.items()}
            flaws = [flaw for text in texts.values() if (flaw := segment_flaw(text))]
            if flaws:
                self.note("route-page", flaws[0], node, "leave the page to the router")
            else:
                found.append(texts)
        return tuple(found)

    def component(self, named: str, node: yaml.Node) -> tuple[Path, str] | None:
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
