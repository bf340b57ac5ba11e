"""Names that a piece of Python reads, writes and may change at its top level, in order of evaluation."""

from __future__ import annotations

import ast
import re
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_MAGIC_LINE = re.compile(r"^([ \t]*)(?:%|!|\?|[\w.]+\?{1,2}[ \t]*$).*", re.M)
_MAGIC_VALUE = re.compile(r"^([ \t]*[\w., ]+=[ \t]*)[%!].*", re.M)
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(slots=True)
class Names:
    """What one block does to the shared namespace.

    `reads` are names it needs from outside when it runs, `deferred` those that only the functions it defines
    need, when they are called; `writes` are names it binds, `may_change` names whose objects it touches
    without binding them (``xs.append(1)``, ``df["a"] = 1``), `imports` those of the writes that a statement
    ``import`` binds. `opaque` holds why the text could not be read.
    """

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    deferred: set[str] = field(default_factory=set)
    may_change: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    opaque: str = ""


def names_of(code: str) -> Names:
    """The names of a block's text; never raises.

    IPython lines are passed over, a ``%%magic`` cell is opaque.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = code
        try:
            tree = _tree(text)
            if tree is None and code.lstrip().startswith("%%"):
                return Names(opaque="a cell magic")
            if tree is None:
                text = without_magics(code)
                tree = compile(text, "<block>", "exec", _FLAGS, dont_inherit=True)
            visitor = _Visitor()
            visitor.statements(tree.body)
            visitor.names.deferred |= _deferred(text) - visitor.assigned
        except SyntaxError as error:
            return Names(opaque=f"line {error.lineno}: {error.msg}")
        except (ValueError, RecursionError, MemoryError) as error:
            return Names(opaque=str(error) or type(error).__name__)
    names = visitor.names
    names.deferred -= names.reads
    return names


def without_magics(code: str) -> str:
    """`code` with ``pass`` and ``None`` for IPython's ``%magic``, ``!command`` and ``object?``."""
    return _MAGIC_VALUE.sub(r"\1None", _MAGIC_LINE.sub(r"\1pass", code))


def is_ipython(code: str) -> bool:
    """Whether text that is no Python is Python of IPython: magics, commands, ``await`` outside functions."""
    if code.lstrip().startswith("%%"):
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _tree(without_magics(code)) is not None
        except (ValueError, RecursionError, MemoryError):
            return False


def _tree(text: str) -> ast.Module | None:
    try:
        tree: ast.Module = compile(text, "<block>", "exec", _FLAGS, dont_inherit=True)
    except SyntaxError:
        return None
    return tree


def _deferred(text: str) -> set[str]:
    """Global names that functions and methods refer to."""
    if "def " not in text and "lambda" not in text:
        return set()
    try:
        root = symtable.symtable(text, "<block>", "exec")
    except SyntaxError:  # top-level await
        return set()
    found: set[str] = set()
    tables = [(root, False)]
    while tables:
        table, inside = tables.pop()
        inside = inside or (table.get_type() == "function" and not _is_comprehension(table))
        if inside:
            found |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
        tables += [(child, inside) for child in table.get_children()]
    return found


def _is_comprehension(table: symtable.SymbolTable) -> bool:
    return table.get_name() in ("listcomp", "setcomp", "dictcomp", "genexpr")


_MUTATORS = frozenset(
    [
        "add",
        "append",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    ]
)
"""Methods that change their object, wherever they are called; a call that is a statement of its own is taken
for one that does, whatever its name."""


class _Visitor(ast.NodeVisitor):
    """Walks statements as they are evaluated; `assigned` are the names bound for certain so far."""

    def __init__(self) -> None:
        self.names = Names()
        self.assigned: set[str] = set()
        self.local: list[set[str]] = []

    def statements(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    # -- names ----------------------------------------------------------------------------------------

    def read(self, name: str) -> None:
        if name not in self.assigned and not any(name in scope for scope in self.local):
            self.names.reads.add(name)

    def write(self, name: str, certain: bool = True) -> None:
        if self.local:
            self.local[-1].add(name)
            return
        self.names.writes.add(name)
        self.assigned.add(name)

    def change(self, target: ast.expr) -> None:
        """The object at the root of ``a.b[c]`` may change."""
        while isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
            target = target.value
        if not isinstance(target, ast.Name) or any(target.id in scope for scope in self.local):
            return
        if target.id not in self.names.writes or target.id in self.names.reads:
            self.names.may_change.add(target.id)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.read(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.write(node.id)
        else:
            self.read(node.id)
            self.names.deletes.add(node.id)
            self.assigned.discard(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.visit(node.value)
        if not isinstance(node.ctx, ast.Load):
            self.change(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        self.visit(node.slice)
        if not isinstance(node.ctx, ast.Load):
            self.change(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            self.change(call.func)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
            self.change(node.func)

    # -- statements whose fields are evaluated in another order than they are listed --------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
        self.visit(node.value)
        self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scopes, self.local = self.local, [s for s in self.local if isinstance(s, _ClassScope)]
        self.write(node.target.id)
        self.local = scopes

    # -- branches: bound for certain is what every branch binds ------------------------------------------

    def branches(self, *bodies: list[ast.stmt]) -> None:
        before = set(self.assigned)
        ends = []
        for body in bodies:
            self.assigned = set(before)
            self.statements(body)
            if not (body and isinstance(body[-1], ast.Raise)):
                ends.append(self.assigned)
        self.assigned = set.intersection(*ends) if ends else before

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.branches(node.body, node.orelse)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        before = set(self.assigned)
        self.visit(node.target)
        self.statements(node.body)
        self.assigned = before
        self.branches(node.orelse, [])

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self.branches(node.body, [])
        self.branches(node.orelse, [])

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        before = set(self.assigned)
        self.statements([*node.body, *node.orelse])
        ends = [self.assigned]
        for handler in node.handlers:
            self.assigned = set(before)
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name:
                self.write(handler.name)
            self.statements(handler.body)
            if handler.name:
                self.assigned.discard(handler.name)
            if not (handler.body and isinstance(handler.body[-1], ast.Raise)):
                ends.append(self.assigned)
        self.assigned = set.intersection(*ends)
        self.statements(node.finalbody)

    visit_TryStar = visit_Try

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before = set(self.assigned)
        for case in node.cases:
            self.assigned = set(before)
            self.visit(case.pattern)
            if case.guard is not None:
                self.visit(case.guard)
            self.statements(case.body)
        self.assigned = before

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name:
            self.write(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.write(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self.write(node.rest)

    # -- definitions and imports ------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self.local.append(_type_parameters(node))
        self.signature(node.args)
        if node.returns is not None:
            self.visit(node.returns)
        self.local.pop()
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                self.names.writes.update(inner.names)
        self.write(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.signature(node.args)

    def signature(self, arguments: ast.arguments) -> None:
        """What is evaluated at the definition: defaults and annotations."""
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None:
                self.visit(default)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for argument in [*every, arguments.vararg, arguments.kwarg]:
            if argument is not None and argument.annotation is not None:
                self.visit(argument.annotation)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self.local.append(_type_parameters(node))
        for part in [*node.bases, *node.keywords]:
            self.visit(part)
        self.local.append(_ClassScope())
        self.statements(node.body)
        del self.local[-2:]
        self.write(node.name)

    def visit_TypeAlias(self, node: Any) -> None:
        """``type X = …``: the value is evaluated when it is asked for."""
        self.write(node.name.id)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.imported(alias.asname or alias.name.split(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*":
                self.imported(alias.asname or alias.name)

    def imported(self, name: str) -> None:
        self.write(name)
        if not self.local:
            self.names.imports.add(name)

    # -- comprehensions: the first iterable belongs to the outer scope ------------------------------------

    def comprehension(self, generators: list[ast.comprehension], *results: ast.expr) -> None:
        self.visit(generators[0].iter)
        self.local.append(set())
        for number, generator in enumerate(generators):
            if number:
                self.visit(generator.iter)
            self.visit(generator.target)
            for condition in generator.ifs:
                self.visit(condition)
        for result in results:
            self.visit(result)
        self.local.pop()

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self.comprehension(node.generators, node.elt)

    visit_SetComp = visit_ListComp
    visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self.comprehension(node.generators, node.key, node.value)


def _type_parameters(node: ast.AST) -> set[str]:
    """Names in the brackets of ``def f[T]`` (Python 3.12)."""
    return {parameter.name for parameter in getattr(node, "type_params", ())}


class _ClassScope(set[str]):
    """Names bound in a class body."""
