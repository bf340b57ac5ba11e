"""Expressions of templates: Python's syntax cut down to an allow-list, names resolved when compiled.

`a.b` is the key ``"b"`` of a mapping, never an attribute of an object; only listed methods are callable.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from moon_spa.findings import Place
from moon_spa.templates.nodes import Expression
from moonlight.hints import did_you_mean

FUNCTIONS = frozenset(
    {
        *("abs", "all", "any", "bool", "dict", "divmod", "enumerate", "float", "int", "len", "list", "max"),
        *("min", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "zip"),
    }
)
METHODS = frozenset(
    {
        *("capitalize", "casefold", "count", "endswith", "find", "get", "index", "is_integer", "isalnum"),
        *("isalpha", "isascii", "isdigit", "islower", "isspace", "isupper", "items", "join", "keys", "ljust"),
        *("lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rjust"),
        *("rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase"),
        *("title", "upper", "values", "zfill"),
    }
)
VIEWS = frozenset({"items", "keys", "values"})
"""Methods whose result is only gone through: as a value it is neither a list nor the same in JavaScript."""

TAKES_VIEWS = FUNCTIONS - {"abs", "bool", "divmod", "float", "int", "range", "repr", "round", "str"}
NAMESPACES = ("py", "state", "props")
ONLY_INSIDE = MappingProxyType({"loop": "`l-for`", "event": "the arguments of an event's action"})
MAX_TEXT = 10_000
MAX_DEPTH = 60


@dataclass(frozen=True)
class Names:
    """What a template may name: keys of its namespaces, and what its loops bind.

    `paths` has the loop variables that are items of state, with where they stand in it. `actions` are names
    that no expression has: it is said why.
    """

    py: frozenset[str] = frozenset()
    state: frozenset[str] = frozenset()
    props: frozenset[str] = frozenset()
    loops: frozenset[str] = frozenset()
    event: bool = False
    actions: frozenset[str] = frozenset()
    paths: Mapping[str, ast.expr] = field(default_factory=dict)

    def inside(self, targets: tuple[str, ...], items: ast.expr, depth: int) -> Names:
        """The names inside a loop at this depth that binds `targets` to the resolved `items`."""
        paths = {name: path for name, path in self.paths.items() if name not in targets}
        match items, targets:
            case ast.Call(func=ast.Name(id="enumerate"), args=[gone_through, *_]), (_, name):
                pass
            case gone_through, (name,):
                pass
            case _:
                return replace(self, loops=self.loops | {*targets, "loop"}, paths=paths)
        if path := self.path(gone_through):
            index = ast.Name(f"index.{depth}", ast.Load())
            paths[name] = ast.copy_location(ast.Subscript(path, index, ast.Load()), items)
        return replace(self, loops=self.loops | {*targets, "loop"}, paths=paths)

    def path(self, node: ast.expr) -> ast.expr | None:
        """Where in state a resolved expression stands: a field and keys; None for what is computed."""
        match node:
            case ast.Name(id=name) if name.startswith("state."):
                return node
            case ast.Name(id=name):
                return self.paths.get(name)
            case ast.Subscript(value=value, slice=key) if not isinstance(key, ast.Slice):
                owner = self.path(value)
                return owner and ast.copy_location(ast.Subscript(owner, key, ast.Load()), node)
        return None

    def with_event(self) -> Names:
        """The names in the arguments of an event's action."""
        return replace(self, event=True)

    def spaces(self, name: str) -> list[str]:
        """The namespaces that hold `name`, the one it resolves to first."""
        return [space for space in NAMESPACES if name in self.keys_of(space)]

    def keys_of(self, space: str) -> frozenset[str]:
        """The declared keys of one namespace."""
        return {"py": self.py, "state": self.state, "props": self.props}[space]


MEMBERSHIP = (ast.In, ast.NotIn)
OF_ACTIONS = "events call actions, as `@click`; to show a value write its expression, or keep it in `state`"
"""What to do where an expression names an action."""


class ExpressionError(Exception):
    """An expression that the template language does not have; `line` and `column` count from its text."""

    def __init__(self, message: str, line: int, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.hint = message, line, column, hint


Warn = Callable[[str, str, Place, str], None]
"""`warn(code, message, place, hint)`."""


def parse_expression(text: str, place: Place, names: Names, warn: Warn, loop: bool = False) -> Expression:
    """`text` as a resolved expression; a `loop` goes through it. Raises ExpressionError."""
    return resolve_expression(parse_python(text), text, place, names, warn, loop)


def resolve_expression(
    node: ast.expr, text: str, place: Place, names: Names, warn: Warn, loop: bool = False
) -> Expression:
    """A node of `parse_python(text)`, resolved. Raises ExpressionError."""
    resolver = _Resolver(names, text, place, warn)
    resolver.go_through([node] if loop else [])
    found = ast.fix_missing_locations(resolver.resolve(node))
    return Expression(found, text.strip(), place)


def parse_python(text: str) -> ast.expr:
    """`text` as Python reads it between brackets. Raises ExpressionError."""
    if not text.strip():
        raise ExpressionError("an expression is missing", 1, 1, "write a name or a calculation")
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"an expression of more than {MAX_TEXT} characters", 1, 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError as error:
        lines = text.rstrip().split("\n")
        line, column = error.lineno or 1, (error.offset or 1) - (error.lineno == 1)
        if line > len(lines) or column > len(lines[line - 1]):
            line, column = len(lines), len(lines[-1]) + 1
        hint = "a template changes nothing: write an action, and name it here" if _is_statement(text) else ""
        raise ExpressionError(f"not an expression: {error.msg}", line, column, hint) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("not an expression that Python can read", 1, 1) from None


def _is_statement(text: str) -> bool:
    """Whether a text is Python, but no expression: ``count += 1``."""
    try:
        return bool(ast.parse(text.strip()).body)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False


def place_at(place: Place, line: int, column: int) -> Place:
    """The place of 1-based `line` and `column` of an expression that begins at `place`."""
    return Place(place.path, place.line + line - 1, column + (place.column - 1 if line == 1 else 0))


class _Resolver:
    """Copies an expression: only listed nodes, keys for attributes, names with their namespace."""

    def __init__(self, names: Names, text: str, place: Place, warn: Warn) -> None:
        self.names, self.warn, self.place = names, warn, place
        self.lines = text.split("\n")
        self.bound: list[str] = []
        self.depth = 0
        self.gone_through: set[int] = set()

    def error(self, message: str, node: ast.AST, hint: str = "") -> ExpressionError:
        return ExpressionError(message, *self.at(node), hint)

    def at(self, node: ast.AST) -> tuple[int, int]:
        """1-based line and column, in characters, of a node of the bracketed text."""
        line, offset = (
            getattr(node, "lineno", 1),
            getattr(node, "col_offset", 1) - (getattr(node, "lineno", 1) == 1),
        )
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return line, len(text.encode()[: max(offset, 0)].decode(errors="ignore")) + 1

    def resolve(self, node: ast.expr) -> ast.expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(
                f"more than {MAX_DEPTH} levels of brackets", node, "compute it in setup's `data`"
            )
        found = self._resolve(node)
        self.depth -= 1
        return ast.copy_location(found, node)

    def _resolve(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Constant(value=str() | int() | float() | None):
                return node
            case ast.Name(id=name):
                return self.name(node, name)
            case ast.Attribute(value=value, attr=key):
                return self.key(node, value, ast.copy_location(ast.Constant(key), node))
            case ast.Subscript(value=value, slice=ast.Slice() as part):
                bounds = [self.resolve(b) if b else None for b in (part.lower, part.upper, part.step)]
                return ast.Subscript(
                    self.resolve(value), ast.copy_location(ast.Slice(*bounds), node), ast.Load()
                )
            case ast.Subscript(value=value, slice=index):
                return self.key(node, value, self.resolve(index))
            case ast.BoolOp(op=op, values=values):
                return ast.BoolOp(op, [self.resolve(value) for value in values])
            case ast.UnaryOp(op=op, operand=operand):
                return ast.UnaryOp(op, self.resolve(operand))
            case ast.BinOp(left=left, op=op, right=right) if not isinstance(op, ast.MatMult):
                return ast.BinOp(self.resolve(left), op, self.resolve(right))
            case ast.Compare(left=left, ops=ops, comparators=others):
                self.go_through(o for op, o in zip(ops, others, strict=True) if isinstance(op, MEMBERSHIP))
                return ast.Compare(self.resolve(left), ops, [self.resolve(other) for other in others])
            case ast.IfExp(test=test, body=body, orelse=other):
                return ast.IfExp(self.resolve(test), self.resolve(body), self.resolve(other))
            case ast.List(elts=items):
                return ast.List([self.resolve(item) for item in items], ast.Load())
            case ast.Tuple(elts=items):
                return ast.Tuple([self.resolve(item) for item in items], ast.Load())
            case ast.Set(elts=items):
                return ast.Set([self.resolve(item) for item in items])
            case ast.Dict(keys=keys, values=values) if all(keys):
                return ast.Dict([self.resolve(k) for k in keys if k], [self.resolve(v) for v in values])
            case ast.JoinedStr(values=values):
                return ast.JoinedStr([self.resolve(value) for value in values])
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                return ast.FormattedValue(
                    self.resolve(value), conversion, self.resolve(spec) if spec else None
                )
            case ast.Call():
                return self.call(node)
            case ast.ListComp(elt=item, generators=generators):
                return self.comprehension(generators, lambda made: ast.ListComp(self.resolve(item), made))
            case ast.GeneratorExp(elt=item, generators=generators):
                return self.comprehension(generators, lambda made: ast.GeneratorExp(self.resolve(item), made))
        raise self.error(
            f"templates have no {_word(node)}", node, "compute it in setup's `data`, or in an action"
        )

    def name(self, node: ast.Name, name: str) -> ast.expr:
        if name in self.bound or name in self.names.loops or (name == "event" and self.names.event):
            return ast.Name(name, ast.Load())
        if name in NAMESPACES:
            return ast.Name(name, ast.Load())
        spaces = self.names.spaces(name)
        place = place_at(self.place, *self.at(node))
        if len(spaces) > 1:
            message = (
                f"`{name}` is in {' and in '.join(f'`{space}`' for space in spaces)}; here it is the first"
            )
            self.warn("template-clash", message, place, f"write `{spaces[0]}.{name}` or `{spaces[1]}.{name}`")
        if spaces:
            return ast.Name(f"{spaces[0]}.{name}", ast.Load())
        if name in FUNCTIONS:
            raise self.error(f"`{name}` is a function", node, f"call it: `{name}(…)`")
        if name in ONLY_INSIDE:
            raise self.error(f"`{name}` is known only inside {ONLY_INSIDE[name]}", node)
        everything = self.names.py | self.names.state | self.names.props | self.names.loops
        hint = did_you_mean(name, sorted(everything), "give it a default in setup's `props`")
        hint = OF_ACTIONS if name in self.names.actions else hint
        self.warn("template-name", f"`{name}` is not declared; it is taken from the props", place, hint)
        return self.prop(name, node)

    def prop(self, name: str, node: ast.expr) -> ast.expr:
        """A prop; one that is not declared may be missing when the page is made."""
        if name in self.names.props:
            return ast.Name(f"props.{name}", ast.Load())
        props = ast.copy_location(ast.Name("props", ast.Load()), node)
        return ast.Subscript(props, ast.copy_location(ast.Constant(name), node), ast.Load())

    def key(self, node: ast.expr, value: ast.expr, key: ast.expr) -> ast.expr:
        """`value[key]`, where a constant key of a namespace becomes one name."""
        match value, key:
            case ast.Name(id=space), ast.Constant(value=str(word)) if (
                space in NAMESPACES and space not in self.bound and space not in self.names.loops
            ):
                if space == "props":
                    return self.prop(word, node)
                if word not in self.names.keys_of(space):
                    hint = did_you_mean(word, sorted(self.names.keys_of(space)))
                    raise self.error(f"`{space}` declares no `{word}`", node, hint)
                return ast.Name(f"{space}.{word}", ast.Load())
        return ast.Subscript(self.resolve(value), key, ast.Load())

    def call(self, node: ast.Call) -> ast.expr:
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.error("templates have no `*` in calls", node)
        if any(keyword.arg is None for keyword in node.keywords):
            raise self.error("templates have no `**` in calls", node)
        match node.func:
            case ast.Attribute(attr=method) if method in VIEWS and id(node) not in self.gone_through:
                text = ast.unparse(node)
                raise self.error(f"`{text}` is no list", node.func, f"write `list({text})`")
            case ast.Attribute(attr="join"):
                self.go_through(node.args)
            case ast.Name(id=name) if name in TAKES_VIEWS:
                self.go_through(node.args)
        arguments = [self.resolve(argument) for argument in node.args]
        keywords = [ast.keyword(k.arg, self.resolve(k.value)) for k in node.keywords]
        match node.func:
            case ast.Name(id=name) if (
                name in FUNCTIONS and name not in self.bound and name not in self.names.loops
            ):
                function: ast.expr = ast.Name(name, ast.Load())
            case ast.Attribute(value=value, attr=method) if method in METHODS:
                function = ast.Attribute(self.resolve(value), method, ast.Load())
            case ast.Name(id=name) | ast.Attribute(attr=name):
                raise self.uncallable(name, node.func)
            case _:
                raise self.error("templates cannot call this", node.func)
        return ast.Call(ast.copy_location(function, node.func), arguments, keywords)

    def uncallable(self, name: str, function: ast.expr) -> ExpressionError:
        """A call of something else than Python's own functions and methods."""
        if name in self.names.actions and not isinstance(function, ast.Attribute):
            return self.error(f"templates cannot call `{name}`, an action", function, OF_ACTIONS)
        hint = "write the expression itself, keep it in `state`, or compute it in setup's `data`"
        return self.error(f"templates cannot call `{name}`", function, hint)

    def go_through(self, nodes: Iterable[ast.expr]) -> None:
        """These stand where a view of a dict is gone through."""
        self.gone_through.update(map(id, nodes))

    def comprehension(
        self, generators: list[ast.comprehension], make: Callable[[list[ast.comprehension]], ast.expr]
    ) -> ast.expr:
        made, before = [], len(self.bound)
        for generator in generators:
            if generator.is_async:
                raise self.error("templates have no `async`", generator.iter)
            self.go_through([generator.iter])
            items = self.resolve(generator.iter)
            self.bound += _targets(generator.target, self)
            tests = [self.resolve(test) for test in generator.ifs]
            made.append(ast.comprehension(generator.target, items, tests, 0))
        found = make(made)
        del self.bound[before:]
        return found


def _targets(node: ast.expr, resolver: _Resolver) -> Iterator[str]:
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=items):
            for item in items:
                yield from _targets(item, resolver)
        case _:
            raise resolver.error("a loop binds names", node, "write `for a, b in …`")


def _word(node: ast.expr) -> str:
    words = {"Lambda": "lambda", "NamedExpr": ":=", "Await": "await", "Yield": "yield", "Starred": "*"}
    kind = type(node).__name__
    return f"`{words[kind]}`" if kind in words else f"`{kind}` expressions"
