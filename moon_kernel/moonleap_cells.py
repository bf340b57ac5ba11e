"""``%moonleap`` for a shell: registered without loading Moonleap, and which rules of a notebook count.

Decorators of rules leave marks in the notebook's namespace. A cell that runs again replaces what it marked
before; all other marks stay, also two of one name, as in a module.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from moon_kernel.cells import cell_of

MARKS = "__moonleap_marks__"
"""Name of the list of marks; that of `moonleap.decorators`, which is not loaded for it."""

OPTIONS = (
    *("-o", "--output", "--write", "--check", "--diff", "--graph", "--only", "--strict", "--force"),
    "--no-post-process",
)

HELP = """\
%moonleap SPEC_DIR [OPTIONS]     what a spec folder, or a document DOC.py.md, generates
%%moonleap [NAME] [OPTIONS]      the cell is the spec; rules are those of this notebook, and of the packages
                                 in settings.yml beside it

Nothing is written without --write.
  -o, --output OUT   output folder (moonleap_out)
  --write            write the files; what you edited there is merged
  --check            fail when the output folder is not what the spec generates
  --diff             show all differences unfolded
  --graph            show the graph only
  --only PATH        these files, folders or globs; may be repeated
  --strict           relations that no rule uses are errors
  --force            generated files win over your edits
  --no-post-process  leave formatters out"""


_KNOWN = (str, tuple)
"""Types of what identifies a cell: what the client calls it, or path and block."""


class CellMarks:
    """Keeps the marks of a namespace up to date while its cells run."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.sources: list[str] = []
        """Texts of the cells that are running, the innermost one last."""
        self._running: list[Any] = []
        self._owners: dict[int, tuple[Any, Any]] = {}
        """The cell of each mark, by the mark's identity; the mark is held so that it keeps it."""
        self._replaced: list[Any] = []
        shell.events.register("pre_run_cell", self.before)
        shell.events.register("post_run_cell", self.after)

    def remove(self) -> None:
        """Stop following."""
        self.shell.events.unregister("pre_run_cell", self.before)
        self.shell.events.unregister("post_run_cell", self.after)

    def before(self, info: Any) -> None:
        """A cell starts: what it marked when it ran the last time is gone."""
        self.collect()
        cell = cell_of(info) or object()
        self._running.append(cell)
        self.sources.append(info.raw_cell)
        self._replaced = [mark for mark in self._marks() if self._owner(mark) == cell]
        self._drop(self._replaced)

    def after(self, result: Any) -> None:
        """A cell ended; one that could not be compiled defined nothing, so its old marks are back."""
        self.collect()
        if result is not None and result.error_before_exec is not None and self._replaced:
            self.shell.user_ns.setdefault(MARKS, [])[:0] = self._replaced
        self._replaced = []
        if self._running:
            self._running.pop()
            self.sources.pop()

    def collect(self) -> None:
        """Give new marks to the cell that runs.

        Where a cell has no identity, as in a terminal or before this followed them, a function or class that
        is defined again replaces the one of the same name.
        """
        cell = self._running[-1] if self._running else object()
        marks = self._marks()
        new = [mark for mark in marks if self._owner(mark) is None]
        for mark in new:
            self._owners[id(mark)] = (cell, mark)
        names = set(map(_name, new))
        known = isinstance(cell, _KNOWN)
        old = [mark for mark in marks if _name(mark) in names and self._owner(mark) != cell]
        self._drop([mark for mark in old if not (known and isinstance(self._owner(mark), _KNOWN))])
        if len(self._owners) > 2 * len(marks) + 100:
            self._owners = {id(mark): self._owners[id(mark)] for mark in self._marks()}

    def _marks(self) -> list[Any]:
        marks = self.shell.user_ns.get(MARKS)
        return marks if isinstance(marks, list) else []

    def _owner(self, mark: Any) -> Any:
        return self._owners.get(id(mark), (None, None))[0]

    def _drop(self, dropped: list[Any]) -> None:
        gone = set(map(id, dropped))
        if gone:
            marks = self._marks()
            marks[:] = [mark for mark in marks if id(mark) not in gone]


def _name(mark: Any) -> tuple[str, str]:
    made = getattr(mark, "function", None) or getattr(mark, "members", mark)
    return type(mark).__name__, getattr(made, "__qualname__", "")


def register_moonleap(shell: Any, document: Callable[[], str | None]) -> CellMarks:
    """Give the shell ``%moonleap`` and ``%%moonleap``; `document` says which document its cells belong to."""
    marks = CellMarks(shell)

    def moonleap(line: str, cell: str | None = None) -> None:
        if cell is None and not line.strip():
            print(HELP)
            return
        marks.collect()
        source = marks.sources[-1] if marks.sources else ""
        import_module("moon_kernel.moonleap_magic").run(shell, document(), line, cell, source)

    moonleap.__doc__ = f"Moonleap: what a spec generates.\n\n{HELP}"
    shell.register_magic_function(moonleap, "line_cell", "moonleap")

    for name in ("%moonleap", "%%moonleap"):
        shell.set_hook("complete_command", lambda _, event: complete_line(event.line), str_key=name)
    return marks


def complete_line(line: str) -> list[str]:
    """Options that begin as the last word does; paths are completed as everywhere."""
    word = "" if line.endswith((" ", "\t")) else line.split()[-1]
    return [option for option in OPTIONS if option.startswith(word)] if word.startswith("-") else []
