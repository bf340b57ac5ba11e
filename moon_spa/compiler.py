"""Compile a component: source -> scope -> setup run with traced props -> spec -> placement -> JavaScript."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from moon_spa.analysis.placement import Key, Mode
from moon_spa.artefact import Origin, Part, esm
from moon_spa.casts import prop_casts
from moon_spa.codegen import Generated, generate
from moon_spa.findings import Place, finding
from moon_spa.loading import LOADED, Loaded, component_of, load, within_deadline
from moon_spa.placing import place
from moon_spa.scope import first_context, operations_of
from moon_spa.setup import Setup
from moon_spa.source import ComponentSource, read_component
from moon_spa.spec import ComponentSpec, Placed, Side
from moon_spa.types import Type
from moonlight.diagnostic import Diagnostic


@dataclass(frozen=True, eq=False)
class CompiledComponent:
    """A component, compiled. It is immutable: nothing that a render or a call does changes it."""

    spec: ComponentSpec
    generated: Generated
    placed: Mapping[Key, Placed]
    types: Mapping[str, Type]
    diagnostics: tuple[Diagnostic, ...] = ()
    stdout: str = ""

    @property
    def name(self) -> str:
        """The name of its class."""
        return self.spec.name

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
    def esm(self) -> str:
        """One ES module with anywidget's contract.

        Its source map names the document and its lines; the Python itself stays where it is.
        """
        part = Part(
            self.name,
            self.setup_js,
            fields=[(field.name, self.types[field.name]) for field in self.spec.fields],
            data=self.spec.data,
            casts=prop_casts(self.spec.fields),
            helpers=self.helpers,
            style=self.spec.style or "",
            lines=self.generated.lines,
        )
        return esm([part], Origin(PurePath(self.spec.path).name))


def compile(  # noqa: A001 - the public name
    source: str | os.PathLike[str] | ComponentSource,
    name: str | None = None,
    mode: Mode = "auto",
    path: str | None = None,
    namespace: Mapping[str, Any] | None = None,
) -> CompiledComponent:
    """Compile a component from its text, or from a path: a module, a document or a component file.

    `name` is the class where there are several; `path` is what to call a text in tracebacks and findings.
    A str is a path when it is one line that ends in .py, .md, .html or .moon. `namespace` are names that the
    source may use without defining them, as those of a notebook. Nothing is kept between compilations.
    Raises ComponentError.
    """
    read = source if isinstance(source, ComponentSource) else read_component(source, name, path)

    def work() -> tuple[ComponentSpec, Loaded]:
        scope = load(read, namespace)
        return Setup(scope, component_of(scope, name)).spec(), scope[LOADED]

    spec, loaded = within_deadline(work, Place(read.path, 1), "the component")
    placed, types = place(spec, mode)
    generated = generate(spec, placed, types)
    return CompiledComponent(spec, generated, placed, types, _warnings(spec), loaded.printed.text)


def _explained(name: str, placed: Placed) -> str:
    if placed.side == "client":
        return f"{name}: client" + (f", {placed.reason}" if placed.reason else "")
    where = f" at line {placed.line}" if placed.line else ""
    return f"{name}: server: {placed.reason}{where}"


def _warnings(spec: ComponentSpec) -> tuple[Diagnostic, ...]:
    """Names that two sections share: a template's flat name can mean only one of them."""
    found = []
    spaces = {"state": [field.name for field in spec.fields], "data": spec.data, "props": spec.props}
    for one, other in (("data", "state"), ("state", "props"), ("data", "props")):
        for name in spaces[one]:
            if name in spaces[other]:
                message = f"{name} is in both {one} and {other}: alone it means the one in {one}"
                hint = "rename one of them, or write where it is from"
                found.append(finding("name-clash", message, Place(spec.path, spec.line), hint, "warning"))
    return tuple(found)
