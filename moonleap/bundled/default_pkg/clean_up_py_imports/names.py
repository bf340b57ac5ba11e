"""Names that a module uses, and names that it binds other than by imports at its top level."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

LOOKUPS = frozenset({"eval", "exec", "globals", "locals", "vars"})
"""Functions that may use any name."""
TYPE_MAKERS = frozenset({"cast", "ForwardRef", "NewType", "TypeVar", "NamedTuple", "TypedDict"})
"""Functions whose texts are types."""

_TYPE_COMMENT = re.compile(r"#\s*type:\s*(?!ignore)(.*)")


def used_names(tree: ast.Module, lines: Sequence[str]) -> set[str] | None:
    """Names that the code uses; None where it may use any, because it looks names up itself."""
    uses = _Uses()
    uses.visit(tree)
    for line in lines:
        for comment in _TYPE_COMMENT.findall(line):
            uses.found.update(re.findall(r"\w+", comment))
    return None if uses.found & LOOKUPS else uses.found


def bound_elsewhere(tree: ast.Module) -> set[str]:
    """Names of the module that something else than an import at the top level binds or deletes."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            found.update(node.names)
    imports = (ast.Import, ast.ImportFrom)
    waiting: list[ast.AST] = [node for node in tree.body if not isinstance(node, imports)]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
                continue
            case ast.Lambda():
                continue
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update(alias.asname or alias.name.partition(".")[0] for alias in names)
        waiting += ast.iter_child_nodes(node)
    return found


class _Uses(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        """Binds names and uses none."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Binds names and uses none."""

    def visit_Name(self, node: ast.Name) -> None:
        self.found.add(node.id)

    def visit_Global(self, node: ast.Global) -> None:
        self.found.update(node.names)

    def visit_arg(self, node: ast.arg) -> None:
        self.types(node.annotation)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.types(node.returns)
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.types(node.returns)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.types(node.annotation)
        if _last_name(node.annotation) == "TypeAlias":
            self.types(node.value)
        self.exported(node.target, node.value)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self.exported(target, node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.exported(node.target, node.value)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """``Optional["Item"]`` and ``list["Item"]`` are types wherever they stand."""
        name = _last_name(node.value)
        if name != "Literal" and (name[:1].isupper() or name in ("dict", "list", "set", "tuple", "type")):
            self.types(node.slice)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _last_name(node.func) in TYPE_MAKERS:
            self.types(*node.args, *(keyword.value for keyword in node.keywords))
        if isinstance(node.func, ast.Attribute):
            for argument in node.args:
                self.exported(node.func.value, argument)
        self.generic_visit(node)

    def types(self, *nodes: ast.AST | None) -> None:
        """Names in the texts of an annotation."""
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                try:
                    inner = ast.parse(node.value.strip(), mode="eval").body
                except (SyntaxError, ValueError):
                    continue
                self.visit(inner)
                self.types(inner)
            elif node is not None and not (
                isinstance(node, ast.Subscript) and _last_name(node.value) == "Literal"
            ):
                self.types(*ast.iter_child_nodes(node))

    def exported(self, target: ast.AST, value: ast.AST | None) -> None:
        """The texts in `__all__`."""
        if isinstance(target, ast.Name) and target.id == "__all__" and value is not None:
            for node in ast.walk(value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    self.found.add(node.value)


def _last_name(node: ast.AST) -> str:
    """`Optional` of `typing.Optional`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
