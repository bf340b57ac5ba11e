"""How a value of setup depends on props, and the few questions about syntax that are asked for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Status:
    """How something depends on props: `level` 0 clean, 1 traced, 2 opaque for a `reason` at `line`.

    The text of `node` stands in the reason where it has `{}`; it is made once somebody asks `why`.
    """

    level: int = 0
    line: int = 0
    reason: str = ""
    node: ast.AST | None = field(default=None, compare=False)

    def __or__(self, other: Status) -> Status:
        return other if other.level > self.level else self

    @property
    def why(self) -> str:
        """The reason in words."""
        if self.node is None or "{}" not in self.reason:
            return self.reason
        return self.reason.replace("{}", words_of(self.node))

    @property
    def is_unstable(self) -> bool:
        """Whether it is no prop that decides, but a clock or chance."""
        return self.reason.endswith(_EACH_TIME)

    def seen(self, node: ast.AST, reason: str) -> Status:
        """Opaque because of `reason`, or because of the clock or chance that stands behind it."""
        return self if self.is_unstable else opaque(node, reason)


CLEAN, TRACED = map(Status, (0, 1))
_EACH_TIME = "gives another value each time"


def worst(statuses: Iterable[Status]) -> Status:
    """The first of the worst of several; clean for none."""
    found = CLEAN
    for one in statuses:
        if one.level > found.level:
            found = one
    return found


def opaque(node: ast.AST, reason: str) -> Status:
    """Something that props may decide without tracing seeing it; `{}` in the reason is the node's text."""
    return Status(2, getattr(node, "lineno", 0), reason, node)


def unstable(node: ast.expr) -> Status:
    """The result of a call that a clock or chance decides."""
    return opaque(node, f"{{}} {_EACH_TIME}")


def plain_text(node: ast.JoinedStr) -> bool:
    """Whether an f-string has no conversions and no formats."""
    parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    return all(part.conversion == -1 and part.format_spec is None for part in parts)


def root_of(node: ast.expr) -> str:
    """The variable that an expression reaches into."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def key_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value if isinstance(node.slice.value, str) else None
    return None


def words_of(node: ast.AST) -> str:
    text = ast.unparse(node)
    return f"`{text if len(text) < 40 else text[:37] + '…'}`"
