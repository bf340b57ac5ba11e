"""jinja2: one environment for the templates of each package, every template compiled once.

An undefined variable is an error, nothing is escaped, and all text of a template is kept, its last line end
and the kind of its line ends too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound

from moonleap.decorators import name_of
from moonleap.hooks import Function, Hooks, takes_path
from moonleap.render.problems import Problem, RenderError
from moonleap.templates import read_regular
from moonleap.terms import Place, shown
from moonleap.tracing import described
from moonlight.source import Source, SourceError, decode, normalize

HINT = "a transform takes a list of lines and returns one; is a `return` missing?"


class Undefined(StrictUndefined):
    """A variable or attribute that is not there; the error has names that are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        make, name, owner = self._undefined_exception, self._undefined_name, self._undefined_obj

        def error(message: str) -> Exception:
            made = make(message)
            made.name, made.owner = name, owner  # type: ignore[attr-defined]
            return made

        self._undefined_exception = error  # type: ignore[assignment]


class PackageEnvironment(Environment):
    """The environment of one package: its filters, and those of the scope `default`."""

    def __init__(self, own: Hooks, default: list[Hooks], folder: str) -> None:
        super().__init__(
            loader=Files(own, folder),
            undefined=Undefined,
            autoescape=False,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        del self.globals["lipsum"], self.filters["random"]  # the same spec gives the same bytes
        for hooks in (*default, own):
            self.filters.update(hooks.filters)
        self.texts: dict[str, Template] = {}

        self.post_transforms = own.post_transforms

    @property
    def files(self) -> Files:
        """The loader."""
        assert isinstance(self.loader, Files)
        return self.loader

    def join_path(self, template: str, parent: str) -> str:
        """What `include`, `import` and `extends` name; see `Files.beside`."""
        return self.files.beside(template, parent)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As jinja2 does; but an AttributeError that a property raises is not taken for its absence."""
        try:
            return getattr(obj, attribute)
        except AttributeError:
            if hasattr(type(obj), attribute):
                raise
        return super().getattr(obj, attribute)

    def from_text(self, text: str) -> Template:
        """A template that is no file, compiled once."""
        if text not in self.texts:
            self.texts[text] = self.from_string(text)
        return self.texts[text]


class Files(BaseLoader):
    """Templates by absolute path, after the package's transforms."""

    def __init__(self, own: Hooks, folder: str) -> None:
        self.own, self.folder = own, folder
        self.roots: dict[str, str] = {}
        self.newlines: dict[str, str] = {}
        self.sources: dict[str, tuple[str, str]] = {}

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        if not os.path.isabs(template):  # named by a text, which has no place of its own
            template = self.beside(template, os.path.join(self.folder, "text"))
        try:
            text = decode(read_regular(template), template)
        except SourceError as error:
            found = error.diagnostic
            place = Place(shown(template), found.span.line)
            raise RenderError(Problem("bad-template", place, found.message, "", found.hint)) from None
        self.newlines[template] = Source(template, text).newline
        changed = text
        if self.own.transforms:
            lines = normalize(text).split("\n")
            changed = "\n".join(transformed(self.own.transforms, lines, template))
        self.sources[template] = text, changed
        return self.sources[template][1], template, lambda: True

    def beside(self, name: str, parent: str) -> str:
        """A template that `parent` names: beside it, in its template folder or in the package's folder."""
        root = self.roots.get(parent, os.path.dirname(parent))
        for folder, limit in ((os.path.dirname(parent), root), (root, root), (self.folder, self.folder)):
            path = os.path.normpath(os.path.join(folder, name))
            if folder and not os.path.isabs(name) and _is_inside(path, limit) and os.path.isfile(path):
                self.roots.setdefault(path, limit)
                return path
        raise TemplateNotFound(name)

    def line(self, path: str, line: int) -> int:
        """The line of a file that a line of its transformed text was."""
        text, changed = self.sources.get(path, ("", ""))
        if changed == text:
            return line
        matcher = SequenceMatcher(None, changed.split("\n"), normalize(text).split("\n"), autojunk=False)
        for start, there, size in matcher.get_matching_blocks():
            if line - 1 < start + size:
                return max(1, line - start + there) if line > start else there + 1
        return line


def transformed(functions: Sequence[Function], lines: list[str], path: str) -> list[str]:
    """Lines after some transforms; RenderError where one raises or returns something else."""
    for function in functions:
        changed: Any
        try:
            changed = function(lines, path) if takes_path(function) else function(lines)
        except (Exception, SystemExit) as error:
            what, _, details = described(error).partition("\n")
            what = f"transform {name_of(function)} {what}"
            raise RenderError(
                Problem("transform-raised", Place(shown(path), 1), what, details, HINT)
            ) from error
        if not isinstance(changed, list) or not all(isinstance(line, str) for line in changed):
            what = f"transform {name_of(function)} returned {type(changed).__name__}"
            raise RenderError(Problem("transform-raised", Place(shown(path), 1), what, "", HINT))
        lines = changed
    return lines


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(os.path.join(folder, ""))
