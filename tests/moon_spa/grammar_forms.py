"""A form of the grammar of random component programs; see `grammar` for the holes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Form:
    """One way to write an expression or a statement; `binds` are its variables with their types."""

    name: str
    text: str
    binds: dict[str, str] = field(default_factory=dict)
    loop: bool = False


def form(name: str, text: str, loop: bool = False, **binds: str) -> Form:
    return Form(name, text, binds, loop)
