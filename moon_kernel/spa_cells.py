"""``%spa`` for a shell: registered without loading moon_spa."""

from __future__ import annotations

from importlib import import_module
from typing import Any

OPTIONS = ("--explain", "--js", "--server")

HELP = """\
%spa NAME [OPTIONS]     the component NAME of this notebook: where its actions run, and its JavaScript

  --explain   only the table of actions, each with its side and the reason
  --js        only the generated code, beside the Python that it comes from
  --server    every action that is Python stays on the server"""


def register_spa(shell: Any) -> None:
    """Give the shell ``%spa`` and its completion."""

    def spa(line: str) -> None:
        if not line.strip():
            print(HELP)
            return
        import_module("moon_kernel.spa_magic").run(shell, line)

    spa.__doc__ = f"moon_spa: Python components as JavaScript.\n\n{HELP}"
    shell.register_magic_function(spa, "line", "spa")
    shell.set_hook("complete_command", lambda _, event: complete_line(shell, event.line), str_key="%spa")


def complete_line(shell: Any, line: str) -> list[str]:
    """Options, or names of the components that the notebook defines."""
    word = "" if line.endswith((" ", "\t")) else line.split()[-1]
    if word.startswith("-"):
        return [option for option in OPTIONS if option.startswith(word)]
    return [name for name in component_names(shell.user_ns) if name.startswith(word)]


def component_names(namespace: dict[str, Any]) -> list[str]:
    """Names of the classes of a namespace that have a setup of their own, `Component` itself left out."""
    return [
        name
        for name, value in list(namespace.items())
        if isinstance(value, type) and not name.startswith("_") and _is_component(value)
    ]


def _is_component(cls: type) -> bool:
    bases = [(base.__module__, base.__name__) for base in cls.__mro__[1:]]
    return ("moon_spa.component", "Component") in bases
