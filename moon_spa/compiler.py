"""Compile a component: source -> scope -> setup run with traced props -> spec -> placement -> JavaScript."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, get_args

from moon_spa.analysis.placement import Key, Mode
from moon_spa.analysis.reach import Reach
from moon_spa.artefact import Origin, Part, esm
from moon_spa.casts import prop_casts
from moon_spa.codegen import Generated, generate
from moon_spa.component import Component
from moon_spa.features import Feature
from moon_spa.findings import Place, finding, refusal
from moon_spa.loading import LOADED, Loaded, component_of, load, within_deadline
from moon_spa.lostchanges import lost_changes
from moon_spa.placing import place
from moon_spa.present import Present
from moon_spa.results import wrong_results
from moon_spa.scope import first_context, operations_of
from moon_spa.shaking import needed
from moon_spa.source import ComponentSource, from_text, text_of
from moon_spa.sourcemap import excerpt
from moon_spa.spec import Callback, ComponentSpec, Placed, Side
from moon_spa.templates.nesting import misplaced_parts
from moon_spa.templates.server import Rendered, View, render
from moon_spa.templates.template import Template
from moon_spa.types import Type
from moon_spa.undeclared import undeclared_names
from moon_spa.views import Specs, specs_of, template_of, with_models
from moonlight.diagnostic import Diagnostic

OWN_PROPS = 2
"""How often every `setup_js` says `resolvedProps`: where it is made, and where it is returned."""


@dataclass(frozen=True)
class Shown:
    """A component on the server: its HTML, and what a page needs to go on from it."""

    rendered: Rendered
    payload: dict[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class CompiledComponent:
    """A component, compiled. It is immutable: nothing that a render or a call does changes it."""

    spec: ComponentSpec
    generated: Generated
    placed: Mapping[Key, Placed]
    types: Mapping[str, Type]
    stdout: str = ""
    template: Template | None = None
    parts: Mapping[str, CompiledComponent] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<CompiledComponent {self.name}: {'; '.join(self.explain) or 'no actions'}>"

    @property
    def name(self) -> str:
        """The name of its class."""
        return self.spec.name

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is no error, and should be looked at."""
        found = self.template.diagnostics if self.template else _warnings(self.spec)
        reach = Reach(self.spec)
        seen = (*lost_changes(self.spec), *wrong_results(self.spec, self.placed, reach))
        seen += undeclared_names(self.spec, reach)
        return (*self.spec.doubts, *seen, *found, *self._misplaced())

    def _misplaced(self) -> Iterable[Diagnostic]:
        if not self.template or not self.template.client.components:
            return ()
        parts = {**self.parts, self.name: self}
        nodes = {name: part.template.nodes for name, part in parts.items() if part.template}
        return misplaced_parts(self.name, nodes)

    @property
    def setup_js(self) -> str:
        """The function `setup({ useState, props, componentName })`."""
        return self.generated.js

    @property
    def helpers(self) -> frozenset[str]:
        """Names of the helpers that `setup_js` calls on `__moon`."""
        return self.generated.helpers

    @property
    def ops(self) -> dict[str, list[dict[str, Any]] | None]:
        """Action -> its operations as the seed writes them; None where JavaScript says more than they can."""
        return {name: operations_of(self.placed["action", name]) for name in self.spec.actions}

    @property
    def placement(self) -> dict[str, Side]:
        """Action -> the side on which it runs."""
        return {name: self.placed["action", name].side for name in self.spec.actions}

    @property
    def explain(self) -> list[str]:
        """One line per action and hook: ``save: server: open() at line 12``."""
        return [_explained(name, placed) for (_, name), placed in self.placed.items()]

    def render_context(self, props: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What a template sees at first: ``{props, state, py}``. Raises ComponentError."""
        found = self.context(props)
        return {"props": found["props"], "state": found["state"], "py": found["data"]}

    def context(self, props: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The first ``{props, state, data}`` with these props. Raises ComponentError."""
        return first_context(self.spec, props or {})

    @cached_property
    def view(self) -> View:
        """What the server renders; `parts` are rendered with theirs."""
        views: dict[str, View] = {}
        for name, part in {**self.parts, self.name: self}.items():
            nodes, mark = (part.template.nodes, part.template.mark) if part.template else ((), "")
            place = part.spec.path, part.spec.line
            views[name] = View(name, nodes, mark, part.render_context, views, *place)
        return views[self.name]

    def render(self, props: Mapping[str, Any] | None = None) -> Rendered:
        """The HTML of the component with these props. Raises ComponentError where its own setup refuses."""
        return self.shown(props).rendered

    def payload(self, props: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What a page needs beside the module to go on from `render`: plain values, not yet in wire form."""
        return self.shown(props).payload

    def shown(self, props: Mapping[str, Any] | None = None, present: Present | None = None) -> Shown:
        """What `render` and `payload` give, of one run of setup; `present` is what has become of it since."""
        present = present or Present()
        context = present.over(self.render_context(props))
        rendered = render(self.view, context, props or {}, present.parts)
        nested = list(rendered.nested)
        return Shown(rendered, {"name": self.name, "given": dict(props or {}), **context, "nested": nested})

    @cached_property
    def esm(self) -> str:
        """One ES module with anywidget's contract.

        Its source map names the document and its lines, and holds the Python that runs in the browser: what
        stays on the server is not in it.
        """
        parts = [self.part, *(other.part for name, other in self.parts.items() if name != self.name)]
        return esm(parts, Origin(PurePath(self.spec.path).name, self._shown() or None))

    def _shown(self) -> str:
        """The source with the lines alone that a debugger in the browser may show."""
        parts = {**self.parts, self.name: self}.values()
        lines = (_client_lines(part) for part in parts if part.spec.block == self.spec.block)
        return excerpt(self.spec.block, frozenset[int]().union(*lines))

    @property
    def part(self) -> Part:
        """The component as a part of a module."""
        client = self.template.client if self.template else None
        return Part(
            self.name,
            self.setup_js,
            fields=[(one.name, self.types[one.name]) for one in self.spec.fields],
            data=self.spec.data,
            casts=prop_casts(self.spec.fields),
            helpers=self.helpers | (client.helpers if client else frozenset()),
            template=client.js if client else None,
            style=self.template.style if self.template else "",
            lines=self.generated.lines,
            template_lines=client.lines if client else (),
            heads={**_heads(self.spec.lifecycle), **_heads(self.spec.actions)},
            features=self._features(),
            asks=self.asks,
            reads_props=bool(client and client.reads_props)
            or self.setup_js.count("resolvedProps") > OWN_PROPS,
        )

    def _features(self) -> frozenset[Feature]:
        found = self.template.client.features if self.template else frozenset[Feature]()
        return found | {"hooks"} if self.spec.lifecycle else found

    @property
    def asks(self) -> bool:
        """Whether a page may ask the server for something: an action, data, or what only Python can tell."""
        if self.spec.data or any(placed.side == "server" for placed in self.placed.values()):
            return True
        return "bail" in needed(self.helpers)


def compile(  # noqa: A001 - the public name
    source: str | os.PathLike[str] | ComponentSource,
    name: str | None = None,
    mode: Mode = "auto",
    path: str | None = None,
    namespace: Mapping[str, Any] | None = None,
    compile_other: Callable[[type[Component]], CompiledComponent] | None = None,
) -> CompiledComponent:
    """Compile a component from its text, or from a path: a module, a document or a component file.

    `name` is the class where there are several; `path` is what to call a text in tracebacks and findings.
    A str is a path when it is one line that ends in .py, .md, .html or .moon. `namespace` are names that the
    source may use without defining them, as those of a notebook; `compile_other` compiles components that its
    template has from there. A text without such names is compiled once, so its module level runs once: the
    last 64 are kept by what they say. Raises ComponentError, and ValueError for no `Mode`.
    """
    if mode not in get_args(Mode):
        raise ValueError(f"mode is 'auto' or 'server', not {mode!r}")
    if isinstance(source, ComponentSource):
        return _compiled(source, name, mode, namespace or {}, compile_other)
    text, label = text_of(source, path)
    if namespace is None and compile_other is None:
        return _kept(text, label, name, mode)
    return _compiled(from_text(text, label, name), name, mode, namespace or {}, compile_other)


@lru_cache(maxsize=64)
def _kept(text: str, path: str, name: str | None, mode: Mode) -> CompiledComponent:
    return _compiled(from_text(text, path, name), name, mode, {}, None)


def _compiled(
    read: ComponentSource,
    name: str | None,
    mode: Mode,
    namespace: Mapping[str, Any],
    compile_other: Callable[[type[Component]], CompiledComponent] | None,
) -> CompiledComponent:
    def work() -> tuple[Specs, Loaded]:
        scope = load(read, namespace)
        return specs_of(scope, component_of(scope, name), namespace), scope[LOADED]

    specs, loaded = within_deadline(work, Place(read.path, 1), "the component")
    made: dict[str, CompiledComponent] = {}
    for found, cls in specs.elsewhere.items():
        if compile_other is None:
            hint = f"define {found} in this source too"
            raise refusal("no-component", f"{found} stands in another source", Place(read.path, 1), hint)
        other = compile_other(cls)
        made.update({**other.parts, found: other})
    for found in reversed(specs.own):
        made[found] = _component(specs.own[found], loaded, mode, (*specs.own, *specs.elsewhere), made)
    return made[next(iter(specs.own))]


def _component(
    spec: ComponentSpec,
    loaded: Loaded,
    mode: Mode,
    components: Iterable[str],
    parts: Mapping[str, CompiledComponent],
) -> CompiledComponent:
    spec = with_models(spec)
    placed, types = place(spec, mode)
    generated = generate(spec, placed, types)
    template = template_of(spec, loaded.source, types, components)
    return CompiledComponent(
        spec, generated, placed, types, loaded.printed.text, template, MappingProxyType(parts)
    )


def _heads(callbacks: Mapping[str, Callback]) -> dict[str, int]:
    return {name: callback.line for name, callback in callbacks.items()}


def _client_lines(part: CompiledComponent) -> frozenset[int]:
    """The lines of functions that run in the browser."""
    found: set[int] = set()
    for callback in (*part.spec.actions.values(), *part.spec.lifecycle.values()):
        node, placed = callback.node, part.placed[callback.kind, callback.name]
        if placed.side == "client" and isinstance(node, ast.FunctionDef):
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            found.update(line for _, line in placed.lines)
    return frozenset(found)


def _explained(name: str, placed: Placed) -> str:
    if placed.side == "client":
        return f"{name}: client" + (f"; {placed.reason}" if placed.reason else "")
    where = f" at line {placed.line}" if placed.line else ""
    return f"{name}: server: {placed.reason}{where}"


def _warnings(spec: ComponentSpec) -> tuple[Diagnostic, ...]:
    """Names that two sections share: a template's flat name can mean only one of them."""
    found = []
    spaces = {"state": [one.name for one in spec.fields], "data": spec.data, "props": spec.props}
    for one, other in (("data", "state"), ("state", "props"), ("data", "props")):
        for name in spaces[one]:
            if name in spaces[other]:
                message = f"{name} is in both {one} and {other}: alone it means the one in {one}"
                hint = "rename one of them, or write where it is from"
                found.append(finding("name-clash", message, Place(spec.path, spec.line), hint, "warning"))
    return tuple(found)
