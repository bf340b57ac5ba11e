"""Executes blocks with IPython syntax where no kernel is: magics, commands, ``await``."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from moon_kernel import indentation
from moon_kernel.compiler import MoonCompiler, Target, announce
from moon_kernel.documentfile import DocumentFile, cell_source
from moon_kernel.lineview import LineView
from moon_kernel.moonleap_cells import register_moonleap
from moon_kernel.spa_cells import register_spa
from moonlight.document import Block

SETTINGS = {
    "ast_node_interactivity": "none",  # as in a script, the value of an expression is not shown
    "colors": "nocolor",
    "display_page": True,  # no pager
}


class QuietShell(InteractiveShell):  # type: ignore[misc, unused-ignore]
    """A shell that leaves errors to its caller and keeps no history."""

    def init_history(self) -> None:
        """Without a database."""
        self.config.HistoryManager.enabled = False
        super().init_history()  # type: ignore[no-untyped-call, unused-ignore]

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Errors are raised by `IPythonExecutor`."""

    def showsyntaxerror(self, *arguments: Any, **options: Any) -> None:
        """Errors are raised by `IPythonExecutor`."""

    def showindentationerror(self) -> None:
        """Errors are raised by `IPythonExecutor`."""


class IPythonExecutor:
    """Executes blocks in `namespace` with their Markdown lines; raises what a block raises.

    The plain executor's counterpart: `moonlight run` takes it from the first block on that is no plain
    Python. There is no kernel, no history and no display of values.
    """

    def __init__(self, namespace: dict[str, Any], path: str) -> None:
        hidden = set(namespace)
        main = sys.modules["__main__"]
        self.shell: Any = QuietShell(  # type: ignore[no-untyped-call, unused-ignore]
            user_ns=namespace, config=Config({"InteractiveShell": SETTINGS}), compiler_class=MoonCompiler
        )
        sys.modules["__main__"] = main  # a new shell puts a module of its own there; the runner has one
        self.shell.user_ns_hidden.update(dict.fromkeys(hidden))
        self.path = path
        self.view = LineView(DocumentFile(path))
        indentation.watch(self.shell)
        self.rules = register_moonleap(self.shell, lambda: os.path.abspath(path))
        self.components = register_spa(self.shell)

    def __call__(self, block: Block) -> None:
        """Execute one block."""
        code = cell_source(block)
        target = Target.of_cell(self.view, ("block", block.index), code, block.index, block.code_line)
        announce(target)
        self.rules.sources[:] = [code]  # a silent shell tells nobody
        self.components.enter(code)
        # IPython warns whoever calls sys.exit(); a script may.
        warnings.filterwarnings("ignore", "To exit: use", UserWarning, r"IPython\.core\.interactiveshell")
        result = None
        try:
            result = self.shell.run_cell(code, store_history=False, silent=True)
        finally:
            announce(None)
        if isinstance(result.error_before_exec, IndentationError):
            indentation.place(target)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            raise error
