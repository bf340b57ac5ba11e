"""Every resource that has a `render` function is asked for its files, which stay in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any

from moonleap.decorators import name_of
from moonleap.findings import has_errors
from moonleap.graph import Graph
from moonleap.outputfile import OutputFile, Source
from moonleap.outputpath import PathRefused, output_path
from moonleap.packages import Package
from moonleap.render.joining import Written, join
from moonleap.render.problems import Problem, Problems, RenderError
from moonleap.render.templates import Templates
from moonleap.resource import Resource, node_of
from moonleap.session import Session
from moonleap.templates import StoreTemplateDirs, TemplateText, bad_path, beside, folders_read_once
from moonleap.tracing import described
from moonlight.diagnostic import Diagnostic


@dataclass(frozen=True)
class RenderedFiles:
    """Files and folders sorted by path; where `diagnostics` has an error they are not to be used."""

    files: tuple[OutputFile, ...]
    folders: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        """Whether a diagnostic is an error."""
        return has_errors(self.diagnostics)


def render_graph(graph: Graph, session: Session, tell: Callable[[str, int, int], None]) -> RenderedFiles:
    """Render all resources within an open session, in the order in which they came to be."""
    problems = Problems()
    templates = Templates(session)
    written: list[Written] = []
    with folders_read_once():
        for done, resource in enumerate(graph.resources):
            tell("render", done, len(graph.resources))
            _Rendering(resource, templates, written, problems).run()
    tell("render", len(graph.resources), len(graph.resources))
    files, folders = join(written, session, problems)
    return RenderedFiles(files, folders, tuple(problems.diagnostics()))


class _Rendering:
    """One resource: its `write_file` and `render_template`."""

    def __init__(
        self, resource: Resource, templates: Templates, written: list[Written], problems: Problems
    ) -> None:
        self.resource, self.templates = resource, templates
        self.written, self.problems = written, problems
        self.node = node_of(resource)
        self.package: Package | None = templates.package_of(self.node.maker)
        self.function: Any = None
        self.source = Source(str(self.node.term), self.node.block.title, self.node.place)

    def run(self) -> None:
        """Call the resource's `render`, if it has one; what it raises becomes a problem."""
        name = "render"
        try:
            render = getattr(self.resource, "render", None)
            if not callable(render):
                return
            self.function = getattr(render, "__func__", render)
            name = _renderer(self.function)
            self.package = self.package or self.templates.package_of(self.function)
            self.source = Source(self.source.term, self.source.block, self.source.place, "", name)
            render(self.write_file, self.render_template, self.output_path())
        except RenderError as error:
            for problem in error.problems:
                self.problems.add(problem, self.source)
        except (Exception, SystemExit) as error:
            what, _, details = described(error).partition("\n")
            hint = "correct the function, or the line of the spec that it is called for"
            problem = Problem("render-raised", None, f"render function {name} {what}", details, hint)
            self.problems.add(problem, self.source)

    def output_path(self) -> PurePosixPath:
        """Where the resource's files go: below its attribute `output_path`, else the output folder."""
        wanted = getattr(self.resource, "output_path", "")
        if not wanted or not isinstance(wanted, str | PurePath):
            return PurePosixPath()
        try:
            return PurePosixPath(output_path(wanted))
        except PathRefused as error:
            raise bad_path(wanted, None, error) from None

    def write_file(
        self,
        path: str | PurePath,
        text: str | bytes = "",
        is_dir: bool = False,
        *,
        executable: bool = False,
    ) -> None:
        """Have a file, or a folder where `is_dir`, in the output; the path starts at the output folder."""
        template = self.templates.shown(getattr(text, "template", ""))
        try:
            checked = output_path(path)
            if checked == "." and not is_dir:
                raise PathRefused("it is the output folder itself")
        except PathRefused as error:
            raise bad_path(path, None, error) from None
        if not isinstance(text, str | bytes):
            raise TypeError(f"write_file takes a text or bytes for {checked}, not {type(text).__name__}")
        source = Source(
            self.source.term, self.source.block, self.source.place, template, self.source.renderer
        )
        content = bytes(text) if isinstance(text, bytes) else _plain(text, checked)
        self.written.append(Written(checked, None if is_dir else content, source, executable, self.package))

    def render_template(
        self, template: str | PurePath | TemplateText, context: Mapping[str, Any] | None = None, **values: Any
    ) -> str:
        """The text that a template makes; the resource is its variable `res`."""
        variables = {"res": self.resource, **(context or {}), **values}
        if isinstance(template, TemplateText):
            return self.templates.render_text(template, variables, self.package)
        path = beside(template, self.function, self.node.maker, type(self.resource))
        return self.templates.render(path, variables, self.package, getattr(template, "root", ""))


def _plain(text: str, path: str) -> str:
    """The text as a `str` proper; a lone surrogate has no UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        what = f"the text of `{path}` has U+{ord(text[error.start]):04X}, which has no UTF-8 form"
        raise RenderError(Problem("bad-text", None, what, "", "remove the lone surrogate")) from None
    return str.__str__(text)


def _renderer(function: Any) -> str:
    if getattr(function, "__module__", "") == StoreTemplateDirs.__module__:
        return str(function.__qualname__.partition(".")[0])  # StoreTemplateDirs or render_templates
    return name_of(function) if hasattr(function, "__qualname__") else type(function).__name__
