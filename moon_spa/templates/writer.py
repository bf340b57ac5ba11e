"""Expressions of one template as JavaScript, and what writing it collects: helpers, features, findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace

from moon_spa import javascript
from moon_spa.features import Feature
from moon_spa.findings import template_finding
from moon_spa.spec import Expr
from moon_spa.templates.emission import Emitter, NotCompiledError
from moon_spa.templates.nodes import Expression
from moon_spa.types import NONE
from moonlight.diagnostic import Diagnostic

Meanings = Mapping[str, Expr]
"""The JavaScript of every name."""

_MARK = re.compile(r"\0(\d+)\0")
"""Begins a line of the text while it is made: the line of the file that it is from."""


class Writer:
    """Writes expressions; what has no equal in the browser is found, and `null` stands for it."""

    def __init__(self) -> None:
        self.emitter = Emitter()
        self.features: set[Feature] = set()
        self.found: list[Diagnostic] = []
        self.doubts: list[Diagnostic] = []

    def emit(self, node: ast.expr, names: Meanings, source: Expression, boxed: bool = False) -> Expr:
        """An expression in the browser, on its own line where it may raise; what has no equal is reported."""
        place = source.place
        try:
            found = self.emitter.emit(node, names, boxed)
            js = f"\n\0{place.line}\0{found.js}" if "__moon." in found.js else found.js
            return replace(found, js=js)
        except NotCompiledError as error:
            hint = "compute it in setup's `data`, or in an action"
            message = f"`{source.text}` cannot be shown equal in the browser: {error}"
            self.found.append(template_finding("template-browser", message, place, hint))
            return Expr("null", NONE)

    def called(self, function: str, expression: Expression, names: Meanings) -> Expr:
        """The expression inside of a call of a built-in function."""
        node = expression.node
        name = ast.copy_location(ast.Name(function, ast.Load()), node)
        return self.emit(ast.copy_location(ast.Call(name, [node], []), node), names, expression)

    def boxed(self, expression: Expression, names: Meanings) -> str:
        """The expression as a value of any type."""
        return self.emit(expression.node, names, expression, boxed=True).js

    def text(self, parts: tuple[str | Expression, ...], names: Meanings) -> str:
        """The text of all parts."""
        shown = [
            javascript.text(part) if isinstance(part, str) else self.shown(part, names) for part in parts
        ]
        return " + ".join(shown) if shown else '""'

    def shown(self, expression: Expression, names: Meanings) -> str:
        """The text of an expression, to stand in a sum."""
        js = self.called("str", expression, names).js
        return js if _is_simple(js) else f"({js})"

    def helper(self, name: str) -> str:
        """A helper, which is shipped from now on."""
        self.emitter.helpers.add(name)
        return f"__moon.{name}"


def without_marks(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A finished text, and pairs of a line of it, from 1, and the line of the file that it is from."""
    lines = text.split("\n")
    found = [(at, int(match[1])) for at, line in enumerate(lines, 1) if (match := _MARK.match(line))]
    return "\n".join(_MARK.sub("", line) for line in lines), tuple(found)


def _is_simple(js: str) -> bool:
    """Whether the text binds tighter than a sum: a call, a name or a literal."""
    js = _MARK.sub("", js.lstrip("\n"))
    return js.replace("_", "").replace(".", "").replace("[", "").replace("]", "").isalnum() or (
        js.startswith("__moon.") and js.endswith(")") and js.count("(") == 1
    )
