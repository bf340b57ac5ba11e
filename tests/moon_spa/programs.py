"""Random, well-typed component programs with calls of their actions; and smaller ones of a program."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.moon_spa import values
from tests.moon_spa.grammar import EXPRESSIONS
from tests.moon_spa.grammar_forms import Form
from tests.moon_spa.grammar_literals import ANNOTATIONS, ERRORS, LITERALS
from tests.moon_spa.grammar_statements import IN_LOOP, STATEMENTS

HOLE = re.compile(r"«(\w+)(!?)»")
FIELDS = ("int", "float", "str", "bool", "ints", "words", "floats", "table", "rows", "maybe", "priced")
HELPERS = {
    "twice": ("int", ("int",), "return «int»"),
    "label": ("str", ("int", "str"), "if «bool»:\n    return «str»\nreturn «str»"),
    "total": ("int", ("ints",), "found = 0\nfor x in a0:\n    found += x\nreturn found"),
}
IMPORTS = "import math\nfrom collections import Counter, defaultdict, namedtuple\nfrom math import trunc\n"
IMPORTS += "Spot = namedtuple('Spot', 'x y')\n"
CONSTANTS = (
    "limit = 3",
    "sizes = (1, 20, 300)",
    "names = ['one', 'zwei']",
    "def scaled(a0, by=2):",
    "    return a0 * by",
    "def power(a0):",
    "    return 1 if a0 <= 0 else 2 * power(a0 - 1)",
)
VALUES = {
    "int": values.one_of(values.small, values.ints),
    "float": values.finite,
    "str": values.texts,
    "bool": values.bools,
    "ints": values.lists(values.small, 4),
    "words": values.lists(values.short, 4),
    "floats": values.lists(values.calm, 3),
    "table": values.dicts(values.keys, values.small, 3),
}


@dataclass(frozen=True)
class Program:
    """A component, and calls of its actions in order."""

    source: str
    calls: tuple[tuple[str, tuple[Any, ...]], ...]

    def text(self) -> str:
        """The program as a failure shows it."""
        calls = "\n".join(f"{name}{args!r}" for name, args in self.calls)
        return f"{self.source}\n{calls}"


@dataclass
class Scope:
    """Variables in sight, by type, and where in the program we are."""

    variables: dict[str, list[str]] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    depth: int = 0
    loop: bool = False
    actions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    state: bool = True

    def inner(self, **changes: Any) -> Scope:
        """A scope within: what it defines is not seen outside."""
        copied = {kind: list(names) for kind, names in self.variables.items()}
        return replace(self, variables=copied, **changes)

    def add(self, kind: str, name: str) -> None:
        self.variables.setdefault(kind, []).append(name)


class Writer:
    """Writes one program; `seen` counts the forms that were used."""

    def __init__(self, random: Random, seen: Counter[str] | None = None) -> None:
        self.random = random
        self.seen: Counter[str] = Counter() if seen is None else seen
        self.names = 0
        self.attribute = random.random() < 0.3
        self.fields = {f"{kind}_{i}": kind for kind in FIELDS for i in range(random.choice((1, 1, 2)))}

    def fresh(self, stem: str = "v") -> str:
        self.names += 1
        return f"{stem}{self.names}"

    def state(self, name: str) -> str:
        return f"self.state.{name}" if self.attribute else f'state["{name}"]'

    def fields_of(self, kind: str) -> list[str]:
        return [self.state(name) for name, one in self.fields.items() if one == kind]

    def expression(self, kind: str, scope: Scope, size: int) -> str:
        """An expression of a type."""
        forms = EXPRESSIONS[kind]
        if size <= 0 or not forms or self.random.random() < 0.25:
            return self.leaf(kind, scope)
        return self.fill(self.random.choice(forms), scope, size - 1)

    def leaf(self, kind: str, scope: Scope) -> str:
        found = list(scope.variables.get(kind, ()))
        if scope.state:
            found += self.fields_of(kind) * 2
        if kind in ("digits", "digit", "index", "key") or not found or self.random.random() < 0.3:
            found = list(LITERALS.get(kind) or ("{'name': 'r', 'n': 0, 'done': True}",))
        return self.random.choice(found)

    def place(self, kind: str, scope: Scope) -> str:
        """What may be assigned to: a state field or a variable."""
        found = [name for name in scope.variables.get(kind, ()) if name not in scope.fixed]
        return self.random.choice(found + self.fields_of(kind) * 2)

    def fill(self, form: Form, scope: Scope, size: int) -> str:
        """The text of a form, its holes filled."""
        self.seen[form.name] += 1
        bound = {name: self.fresh() for name in form.binds}
        inner = scope.inner(depth=scope.depth + 1, loop=scope.loop or form.loop)
        for name, kind in form.binds.items():
            if kind == "counter":
                inner.fixed |= {bound[name]}
            inner.add("int" if kind == "counter" else kind, bound[name])
        fill = self.quoted_hole if form.name.startswith("f-") else self.hole
        lines = []
        for line in form.text.split("\n"):
            indent = line[: len(line) - len(line.lstrip())]
            if line.strip() == "«block»":
                lines += [indent + one for one in self.block(inner.inner(), self.random.randint(1, 2))]
                continue
            lines.append(HOLE.sub(lambda hole: fill(hole, bound, scope, inner, size), line))
        for name, made in bound.items():
            if name.startswith("new"):
                scope.add(name.split("_")[1], made)
        return "\n".join(lines)

    def quoted_hole(self, hole: re.Match[str], *where: Any) -> str:
        """What stands in an f-string: before Python 3.12 without its quotes, backslashes and braces."""
        for _ in range(5):
            text = self.hole(hole, *where)
            if not set(text) & set("'\\{"):
                return text
        return {"str": "str(7)", "ints": "[1, 2]", "bool": "True", "float": "2.5"}.get(hole[1], "7")

    def hole(self, hole: re.Match[str], bound: dict[str, str], outer: Scope, inner: Scope, size: int) -> str:
        name = hole[1]
        if name in bound:
            return bound[name]
        scope = outer if hole[2] else inner
        if name == "error":
            return self.random.choice(ERRORS)
        if name.startswith("place_"):
            return self.place(name[6:], scope)
        if name.startswith("new"):
            bound[name] = self.fresh()
            return bound[name]
        if name in ("list_place", "dict_place"):
            return self.place({"list_place": "ints", "dict_place": "table"}[name], scope)
        if name.startswith("call_"):
            return self.call(name[5:], scope, size)
        return self.expression(name, scope, size)

    def call(self, kind: str, scope: Scope, size: int) -> str:
        """A call of a helper, or of an earlier action."""
        if kind == "action":
            if not scope.actions:
                return "pass"
            name, kinds = self.random.choice(scope.actions)
        else:
            name = self.random.choice([one for one, (result, _, _) in HELPERS.items() if result == kind])
            kinds = HELPERS[name][1]
        return f"{name}({', '.join(self.expression(one, scope, size - 1) for one in kinds)})"

    def block(self, scope: Scope, length: int) -> list[str]:
        lines: list[str] = []
        for _ in range(length):
            if scope.loop and self.random.random() < 0.2:
                chosen = self.random.choice(IN_LOOP)
            else:
                chosen = self.random.choice(STATEMENTS)
                while scope.depth > 2 and "«block»" in chosen.text:
                    chosen = self.random.choice(STATEMENTS)
            lines += self.fill(chosen, scope, 2).split("\n")
        return lines

    def helper(self, name: str) -> list[str]:
        result, kinds, body = HELPERS[name]
        scope = Scope(state=result == "str" and self.random.random() < 0.5)
        for i, kind in enumerate(kinds):
            scope.add(kind, f"a{i}")
        text = self.fill(Form(f"def-{name}", body.replace("«call_", "«")), scope, 1)
        head = f"def {name}({', '.join(f'a{i}' for i in range(len(kinds)))}):"
        return [head, *("    " + line for line in text.split("\n"))]

    def program(self) -> Program:
        """A component with some actions, and calls of them."""
        random = self.random
        state = {name: random.choice(LITERALS[kind]) for name, kind in self.fields.items()}
        lines = [
            *CONSTANTS,
            f"state = {{{', '.join(f'{name!r}: {value}' for name, value in state.items())}}}",
        ]
        for name in HELPERS:
            lines += self.helper(name)
        actions: list[tuple[str, tuple[str, ...]]] = []
        for i in range(random.randint(1, 3)):
            kinds = tuple(random.choice(tuple(ANNOTATIONS)) for _ in range(random.choice((0, 0, 1, 2))))
            scope = Scope(actions=tuple(actions))
            scope.add("int", "limit")
            scope.fixed = frozenset({"limit"})
            head = []
            for j, kind in enumerate(kinds):
                scope.add(kind, f"p{j}")
                head.append(f"p{j}: {ANNOTATIONS[kind]}" if random.random() < 0.7 else f"p{j}")
            lines += [
                f"def act{i}({', '.join(head)}):",
                *("    " + one for one in self.block(scope, random.randint(1, 5))),
            ]
            actions.append((f"act{i}", kinds))
        names = ", ".join(f'"{name}": {name}' for name, _ in actions)
        lines.append(f'return {{"state": state, "actions": {{{names}}}}}')
        body = "\n".join("        " + line for line in lines)
        source = f"{IMPORTS}class Fuzz(Component):\n    def setup(self, props):\n{body}\n"
        calls = []
        for _ in range(random.randint(2, 5)):
            name, kinds = random.choice(actions)
            calls.append((name, tuple(VALUES[kind](random) for kind in kinds)))
        return Program(source, tuple(calls))


def smaller(program: Program) -> Iterator[Program]:
    """Programs with one construct less, the largest cuts first."""
    for i in range(len(program.calls)):
        if len(program.calls) > 1:
            yield replace(program, calls=program.calls[:i] + program.calls[i + 1 :])
    tree = ast.parse(program.source)
    places = sum(len(body) for _, body in bodies(tree))
    for place in range(places):
        for inside in (False, True):
            source = without(program.source, place, inside)
            if source is not None and source != program.source:
                yield replace(program, source=source)
    yield from simpler_expressions(program)


def bodies(tree: ast.AST) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield node, body


def without(source: str, place: int, inside: bool) -> str | None:
    """The source without its n-th statement; or with what is in it instead, where it is a block."""
    tree = ast.parse(source)
    for node, body in bodies(tree):
        if place >= len(body):
            place -= len(body)
            continue
        old = body[place]
        if isinstance(old, ast.ClassDef | ast.Return | ast.Pass) or getattr(old, "name", "") == "setup":
            return None
        if inside:
            inner = getattr(old, "body", None)
            if not isinstance(inner, list) or isinstance(old, ast.FunctionDef):
                return None
            body[place : place + 1] = inner
        else:
            if isinstance(old, ast.FunctionDef):
                drop_entry(tree, old.name)
            del body[place]
            if not body and getattr(node, "body", None) is body:
                body.append(ast.Pass())
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    return None


def drop_entry(tree: ast.AST, name: str) -> None:
    """No entry of `actions` names a function that is gone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            kept = [
                (key, value)
                for key, value in zip(node.keys, node.values, strict=True)
                if not (isinstance(value, ast.Name) and value.id == name)
            ]
            node.keys = [key for key, _ in kept]
            node.values = [value for _, value in kept]


def simpler_expressions(program: Program) -> Iterator[Program]:
    """Programs where an expression is one of its own parts."""
    count = sum(isinstance(node, ast.expr) for node in ast.walk(ast.parse(program.source)))
    for place in range(count):
        for part in range(3):
            tree = ast.parse(program.source)
            wanted = [node for node in ast.walk(tree) if isinstance(node, ast.expr)][place]
            parts = [one for one in ast.iter_child_nodes(wanted) if isinstance(one, ast.expr)]
            if part >= len(parts):
                break
            if ast.unparse(parts[part]) in ("state", "self", "self.state"):
                continue
            changed = _Swap(wanted, parts[part]).visit(tree)
            try:
                source = ast.unparse(ast.fix_missing_locations(changed))
            except ValueError:  # a text with something else in it
                continue
            yield replace(program, source=source + "\n")


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old = old
        self.new = new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)
