"""Prose and code as HTML, made in a process of its own: whatever a text does to mistune or pygments, it ends.

The process is told what to typeset and answers, line by line, in JSON. When the time for the page is up it is
ended, and what it has not answered is shown as it is written (SECURITY P3).
"""

from __future__ import annotations

import html
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any, Self

from moonlight.markdown import to_html
from moonlight.webpage.anchors import Anchors
from moonlight.webpage.highlight import highlighter
from moonlight.webpage.mathml import formulas, source
from moonlight.webpage.pictures import pictures_of

SECONDS = 30.0
"""Processor time for all texts of a page."""

PATIENCE = 4
"""Times as long as that by the clock, for a machine that is busy with other things."""

MEMORY = 2 * 2**30
"""Bytes that the process may have, where the system can bound that."""

START = """\
import json, sys
document, seconds, memory, sys.path[:] = json.loads(sys.argv[1])
from moonlight.webpage.typesetting import answer_all, bound
bound(seconds, memory)
answer_all(document)
"""


class Typesetter:
    """Typesets the texts of one document. `late` tells whether some of them were not done in time."""

    def __init__(self, document: Path, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.late = False
        self.plain_formulas = False
        """Whether there are formulas, and nothing that draws them."""
        told = json.dumps([str(document), seconds, memory, [path for path in sys.path if path]])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", START, told], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._timer = Timer(PATIENCE * seconds, self._process.kill)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._process.kill()
        with suppress(BrokenPipeError):  # what was not taken any more
            self._process.communicate()

    def prose(self, texts: Sequence[str], anchored: bool = False) -> list[str]:
        """Pieces of one Markdown text as HTML; with anchors at the headings of the document itself."""
        made = self._asked(("prose", list(texts), anchored), len(texts))
        return [_as_written(text) if one is None else one for text, one in zip(texts, made, strict=True)]

    def code(self, text: str, language: str) -> str:
        """Code in colours, where pygments knows the language."""
        (made,) = self._asked(("code", text, language), 1)
        return html.escape(text) if made is None else made

    def _asked(self, question: tuple[Any, ...], count: int) -> Iterator[str | None]:
        """As many answers; None for each that did not come."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        for _ in range(count):
            line = self._process.stdout.readline()
            if not line.endswith(b"\n"):
                self.late = True
                yield None
            else:
                made, plain = json.loads(line)
                self.plain_formulas |= plain
                yield made


def _as_written(text: str) -> str:
    return f'<pre class="prose">{html.escape(text)}</pre>' if text.strip() else ""


def answer_all(document: str) -> None:
    """Answer the questions of a Typesetter until there are no more, or one is too much."""
    answerer = _Answerer(Path(document))
    with suppress(MemoryError, RecursionError, KeyboardInterrupt):
        for line in sys.stdin:
            kind, *rest = json.loads(line)
            for made in answerer.prose(*rest) if kind == "prose" else answerer.code(*rest):
                sys.stdout.write(json.dumps([made, answerer.plain]) + "\n")
                sys.stdout.flush()


class _Answerer:
    """The side that may be ended."""

    def __init__(self, document: Path) -> None:
        self.anchors = Anchors()
        self.picture = pictures_of(document)
        self.coloured, _ = highlighter()
        self.written = formulas()
        self.plain = False

    def prose(self, texts: Sequence[str], anchored: bool) -> Iterator[str]:
        anchor: Callable[[str], str] | None = self.anchors if anchored else None
        yield from to_html(texts, self.picture, self.formula, anchor)

    def code(self, text: str, language: str) -> Iterator[str]:
        yield self.coloured(text, language)

    def formula(self, tex: str, alone: bool) -> str:
        self.plain |= self.written is None
        return (self.written or source)(tex, alone)


def bound(seconds: float, memory: int) -> None:
    """Let the system end this process when it has used so much, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    for limit, most in ((resource.RLIMIT_CPU, math.ceil(seconds)), (resource.RLIMIT_AS, memory)):
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))
