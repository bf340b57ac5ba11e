"""Templates of a session: which package each belongs to, and what is wrong with it in terms of its lines."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from traceback import walk_tb
from typing import Any

from jinja2 import Template, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.utils import missing

from moonleap.hooks import Hooks
from moonleap.packages import Package
from moonleap.render.environment import PackageEnvironment, transformed
from moonleap.render.problems import Problem, RenderError
from moonleap.session import Session
from moonleap.specfile import DEFAULT
from moonleap.templates import Rendered, TemplateText
from moonleap.terms import Place, shown
from moonleap.tracing import described
from moonlight.hints import did_you_mean
from moonlight.source import normalize

TEMPLATE_HINT = "correct the template, or the code that it calls"


class Templates:
    """Renders templates with the filters and transforms of their packages."""

    def __init__(self, session: Session) -> None:
        self.default = session.packages_of(DEFAULT)
        self._environments: dict[str, PackageEnvironment] = {}
        self._modules: dict[str, Package] = {}
        self._folders: dict[str, Package] = {}
        self._of_folder: dict[str, Package | None] = {}
        self._shown: dict[str, str] = {"": ""}
        for package in session.packages.values():
            for name in package.modules:
                self._modules.setdefault(name, package)
            if package.folder:
                self._folders.setdefault(package.folder, package)

    def package_of(self, function: object) -> Package | None:
        """The package that has a creation rule, or a render function."""
        return self._modules.get(getattr(function, "__module__", ""))

    def shown(self, path: str) -> str:
        """The path of a template as messages show it."""
        if path not in self._shown:
            self._shown[path] = shown(path)
        return self._shown[path]

    def render(self, path: str, variables: Mapping[str, Any], maker: Package | None, root: str = "") -> str:
        """The text that a template file makes; RenderError says what is wrong, and where."""
        environment = self.environment(self.package_at(os.path.dirname(path)) or maker)
        if root:
            environment.files.roots.setdefault(path, root)
        with _Told(environment, self.shown(path), variables):
            template = environment.get_template(path)
            text = template.render(variables)
        if environment.post_transforms:
            text = "\n".join(transformed(environment.post_transforms, text.split("\n"), path))
        newline = environment.files.newlines[path]
        if newline != "\n":
            text = normalize(text).replace("\n", newline)
        rendered = Rendered(text)
        rendered.template = path
        return rendered

    def render_text(self, template: TemplateText, variables: Mapping[str, Any], maker: Package | None) -> str:
        """The text that a template makes which is no file."""
        package = self.package_at(os.path.dirname(template.path)) or maker
        environment = self.environment(package)
        with _Told(environment, self.shown(template.path), variables):
            compiled: Template = environment.from_text(template.text)
            return compiled.render(variables)

    def package_at(self, folder: str) -> Package | None:
        """The package in whose folder a folder lies, the innermost one."""
        if folder not in self._of_folder:
            above = os.path.dirname(folder)
            found = self._folders.get(folder)
            if found is None and above != folder:
                found = self.package_at(above)
            self._of_folder[folder] = found
        return self._of_folder[folder]

    def environment(self, package: Package | None) -> PackageEnvironment:
        """The environment of a package; where there is none, that of the scope `default`."""
        name = package.name if package else ""
        if name not in self._environments:
            default = [found.hooks for found in self.default]
            own = package.hooks if package else Hooks()
            folder = package.folder if package else ""
            self._environments[name] = PackageEnvironment(own, default, folder)
        return self._environments[name]


class _Told:
    """Turns what jinja2 and the code it calls raise into RenderError."""

    def __init__(self, environment: PackageEnvironment, path: str, variables: Mapping[str, Any]) -> None:
        self.environment, self.path, self.variables = environment, path, variables

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, RenderError) or not isinstance(error, Exception | SystemExit):
            return
        raise RenderError(self.problem(error)) from error

    def problem(self, error: BaseException) -> Problem:
        if isinstance(error, TemplateSyntaxError):
            return self.syntax(error)
        place = self.place(error)
        if isinstance(error, TemplateNotFound):
            what = f"there is no template `{error.name}`"
            hint = "it is looked for beside the template, in its template folder and in the package"
            return Problem("missing-template", place, what, "", hint)
        if isinstance(error, UndefinedError):
            return Problem("undefined-variable", place, error.message or "", "", self.similar(error))
        if isinstance(error, RecursionError):
            return Problem(
                "template-raised", place, "the template calls itself without end", "", TEMPLATE_HINT
            )
        what, _, details = described(error).partition("\n")
        return Problem("template-raised", place, f"the template {what}", details, TEMPLATE_HINT)

    def syntax(self, error: TemplateSyntaxError) -> Problem:
        line = error.lineno
        if error.filename:
            line = self.environment.files.line(error.filename, line)
        place = Place(shown(error.filename), line) if error.filename else self.start
        names, hint = list(self.environment.filters), "`{% raw %}` … `{% endraw %}` keeps braces as they are"
        message = (error.message or "").rstrip(".")
        if message.startswith("No filter named "):
            filter_ = message.split("'")[1]
            hint = did_you_mean(filter_, names, "put it into `filters` of a module of the package")
            return Problem("template-syntax", place, f"no filter is called `{filter_}`", "", hint)
        return Problem("template-syntax", place, f"this is no template: {message}", "", hint)

    @property
    def start(self) -> Place | None:
        """The first line of the template; a text in a rule has none."""
        return Place(self.path, 1) if self.path else None

    def place(self, error: BaseException) -> Place | None:
        """The innermost line of a template."""
        files = self.environment.files
        place = self.start
        for frame, line in walk_tb(error.__traceback__):
            name = frame.f_code.co_filename
            if name in files.sources:
                place = Place(shown(name), files.line(name, line))
        return place

    def similar(self, error: UndefinedError) -> str:
        name, owner = getattr(error, "name", None), getattr(error, "owner", None)
        if not isinstance(name, str):
            return ""
        return did_you_mean(
            name, _names(owner, self.variables), "a test as in `{% if x is defined %}` allows it"
        )


def _names(owner: Any, variables: Mapping[str, Any]) -> Iterator[str]:
    """Names of what an undefined name may have been meant to be."""
    if owner is missing:
        yield from variables
    elif isinstance(owner, Mapping):
        yield from (key for key in owner if isinstance(key, str))
    else:
        yield from (name for name in dir(owner) if not name.startswith("_"))
