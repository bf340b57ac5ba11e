"""The line magic ``%moon``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError

from moon_kernel.documentfile import SUFFIX, cell_source
from moon_kernel.outputs import OutputRecorder
from moon_kernel.session import Session
from moon_kernel.trace import Table, blocks_table, to_json, trace_table
from moonlight.hints import closest
from moonlight.source import source_hash
from moonlight.tracking import current_run

HELP = """%moon trace [--json]     which blocks ran, in what order, how long, how nested
%moon blocks             the document's blocks, each with its state
%moon document [PATH]    the document that cells belong to, or another one from now on
%moon help               this text"""


class MoonMagic:
    """The subcommands of ``%moon``; each takes the words behind its name."""

    def __init__(self, session: Session, recorder: OutputRecorder) -> None:
        self.session = session
        self.recorder = recorder
        self.commands: dict[str, Callable[[list[str]], Any]] = {
            "trace": self.trace,
            "blocks": self.blocks,
            "document": self.document,
            "help": self.help,
        }

    def __call__(self, line: str) -> Any:
        words = line.split()
        command = self.commands.get(words[0] if words else "help")
        if command is None:
            raise UsageError(f"%moon has no subcommand {words[0]!r}{guess(words[0], self.commands)}")
        # A path may hold blanks.
        rest = line.split(None, 1)[1:] if words and words[0] == "document" else words[1:]
        return command([word.strip() for word in rest])

    def trace(self, words: list[str]) -> Table | None:
        """The traversal: a table, or DESIGN's JSON."""
        as_json = self._only(words, "trace", "--json")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        run = current_run()
        if run is not None:
            self.recorder.mute(run)
        if as_json:
            print(json.dumps(to_json(self.session.tracker, self.session.path), ensure_ascii=False))
            return None
        return trace_table(self.session.tracker)

    def blocks(self, words: list[str]) -> Table:
        """The document's blocks as they are on disk."""
        self._only(words, "blocks")
        document = self.session.file.document() if self.session.file is not None else None
        if document is None:
            raise UsageError(self._no_document())
        hashes = [source_hash(cell_source(block)) for block in document.code_blocks]
        return blocks_table(document, self.session.tracker, hashes)

    def document(self, words: list[str]) -> None:
        """Say which document it is; or set it."""
        if words:
            path = words[0]
            if path[0] in "'\"" and path[-1] == path[0] and len(path) > 1:
                path = path[1:-1]
            try:
                self.session.open(path)
            except ValueError as error:
                raise UsageError(str(error)) from None
        print(self.session.path or "no document")

    def help(self, words: list[str]) -> None:
        """Show the subcommands."""
        print(HELP)

    def complete(self, line: str) -> list[str]:
        """What may follow in ``%moon …``, for the completer."""
        words = line.split()
        if not line.endswith(" "):
            words = words[:-1]
        if len(words) <= 1:
            return list(self.commands)
        return ["--json"] if words[1:] == ["trace"] else []

    def _only(self, words: list[str], command: str, *options: str) -> bool:
        for word in words:
            if word not in options:
                raise UsageError(f"%moon {command} takes no {word!r}{guess(word, options)}")
        return bool(words)

    def _no_document(self) -> str:
        if self.session.path is None:
            return f"no document: choose one with %moon document PATH{SUFFIX}"
        return f"{self.session.path} cannot be read"


def guess(word: str, known: Any) -> str:
    """``"; did you mean 'trace'?"``, or where to look."""
    close = closest(word, known, 0.5)
    return f"; did you mean {close!r}?" if close else "; see %moon help"


def register_magics(shell: Any, session: Session, recorder: OutputRecorder) -> MoonMagic:
    """Give the shell ``%moon`` and its completion."""
    magic = MoonMagic(session, recorder)

    def moon(line: str) -> Any:
        return magic(line)

    moon.__doc__ = f"Moonlight: the document and its runs.\n\n{HELP}"
    shell.register_magic_function(moon, "line", "moon")
    shell.set_hook("complete_command", lambda _, event: magic.complete(event.line), str_key="%moon")
    return magic
