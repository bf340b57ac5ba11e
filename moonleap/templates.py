"""Template folders: what a resource renders, from the names of files and folders to their contents."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any, Literal

from moonleap.outputpath import PathRefused, output_path
from moonleap.reading import similar_file
from moonleap.render.problems import Problem, RenderError
from moonleap.resource import node_of
from moonleap.terms import Place, shown

TEMPLATE, NAME = ".j2", ".fn"
"""Ends of the names of templates, and of templates for the name of what stands beside them."""
MAX_DEPTH = 60
"""How deep template folders nest."""

Context = Callable[[Any], Mapping[str, Any] | None]
Skip = Callable[[Any], Any]
Render = Callable[..., None]
Listing = tuple["list[Entry]", "list[Problem]"]


_listings: ContextVar[dict[str, Listing] | None] = ContextVar("moonleap_listings", default=None)


@contextmanager
def folders_read_once() -> Iterator[None]:
    """Within it every template folder is read once: all resources of a class share their folders."""
    token = _listings.set({})
    try:
        yield
    finally:
        _listings.reset(token)


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A template that is no file: a text in a rule, or the name of the file `path`."""

    text: str
    path: str = ""


class TemplateFile(str):
    """Path of a template in a template folder, whose path is `root`."""

    root: str = ""


class Rendered(str):
    """The text that a template made, which remembers the template."""

    template: str = ""


class Copied(bytes):
    """The bytes of a file that is no template, which remember the file."""

    template: str = ""


class StoreTemplateDirs:
    """Extension that gives resources template folders, and a `render` for all of them."""

    def add_template_dir(
        self, path: str | PurePath, get_context: Context | None = None, skip: Skip | None = None
    ) -> None:
        """Render a folder for this resource.

        `get_context(resource)` returns the variables of its templates; `res` is there without it. The folder
        is left out where `skip(resource)` is true when files are rendered. A relative path starts beside
        the module of the creation rule, else of the resource's class.
        """
        folders = self.__dict__.setdefault("_moonleap_template_dirs", [])
        folders.append(render_templates(path, get_context, skip))

    def render(self, write_file: Any, render_template: Any, output_path: Any = ".") -> None:
        """Render the folders in the order in which they were added."""
        problems: list[Problem] = []
        for render in self.__dict__.get("_moonleap_template_dirs", ()):
            try:
                render(self, write_file, render_template, output_path)
            except RenderError as error:
                problems += error.problems
        if problems:
            raise RenderError(*problems)


def render_templates(
    template_path: str | PurePath, get_context: Context | None = None, skip: Skip | None = None
) -> Render:
    """A function `render(self, write_file, render_template, output_path)` that renders a template folder."""

    def render(self: Any, write_file: Any, render_template: Any, output_path: Any = ".") -> None:
        if skip is not None and skip(self):
            return
        context: dict[str, Any] = {"res": self}
        if get_context is not None:
            context |= _checked(get_context(self), get_context)
        root = beside(template_path, node_of(self).maker, type(self))
        job = _Job(root, context, write_file, render_template)
        if os.path.isdir(root):
            out = output_path if isinstance(output_path, PurePosixPath) else PurePosixPath(output_path)
            job.folder(root, out, 0)
        else:
            where = "is no folder" if os.path.lexists(root) else "is not there"
            hint = similar_file(root, 'write Path(__file__).parent / "templates"')
            job.problems.append(
                Problem(
                    "missing-template-dir", None, f"the template folder `{shown(root)}` {where}", "", hint
                )
            )
        if job.problems:
            raise RenderError(*job.problems)

    return render


def beside(path: str | PurePath, *owners: object) -> str:
    """A relative path starts beside the module of the first owner (a function or class) that has one."""
    if isinstance(path, TemplateFile):
        return str.__str__(path)
    for owner in owners:
        name = getattr(owner, "__module__", "")
        file = getattr(sys.modules.get(name), "__file__", None)
        if file and not name.startswith("moonleap."):
            return os.path.normpath(os.path.join(os.path.dirname(file), path))
    return os.path.abspath(path)


def _checked(context: Any, function: Context) -> Mapping[str, Any]:
    if context is None:
        return {}
    if isinstance(context, Mapping):
        return context
    name = getattr(function, "__qualname__", "get_context")
    raise TypeError(f"{name} returned {type(context).__name__}; return a dict of the templates' variables")


@dataclass(frozen=True, slots=True)
class Entry:
    """A template, a file to copy or a folder; `name` is the template of its name in the output."""

    path: str
    name: str
    kind: Literal["template", "file", "folder"]
    named_by: str = ""
    """The `.fn` file that names it."""
    executable: bool = False
    is_link: bool = False


def read_folder(folder: str) -> Listing:
    """What a template folder holds, in the order of names, and what is wrong with it."""
    known = _listings.get()
    if known is None:
        return _read_folder(folder)
    if folder not in known:
        known[folder] = _read_folder(folder)
    return known[folder]


def _read_folder(folder: str) -> Listing:
    try:
        with os.scandir(folder) as found:
            listed = {entry.name: entry for entry in found if entry.name != "__pycache__"}
        folders = {name for name, entry in listed.items() if entry.is_dir()}
    except OSError as error:
        problem = Problem(
            "bad-template", Place(shown(folder), 1), f"the folder cannot be read: {error.strerror}"
        )
        return [], [problem]
    names = {name for name in listed if name.endswith(NAME) and name not in folders}
    entries, problems = [], []
    for name in sorted(set(listed) - names):
        kind, plain = _kind(name, folders)
        naming = [fn for fn in dict.fromkeys((plain + NAME, name + NAME)) if fn in names]
        names.difference_update(naming)
        if len(naming) > 1:
            what = f"`{naming[0]}` and `{naming[1]}` both name the output of `{name}`"
            place = Place(shown(os.path.join(folder, naming[1])), 1)
            problems.append(Problem("two-names", place, what, "", "drop one of them"))
        named_by = os.path.join(folder, naming[0]) if naming else ""
        path = os.path.join(folder, name)
        try:
            executable = kind != "folder" and bool(listed[name].stat().st_mode & stat.S_IXUSR)
        except OSError:
            executable = False
        entries.append(Entry(path, plain, kind, named_by, executable, listed[name].is_symlink()))
    for name in sorted(names):
        what = f"`{name}` names nothing: there is no `{name.removesuffix(NAME)}` beside it"
        hint = f"`foo.bar{NAME}` names the output of `foo.bar{TEMPLATE}`, of `foo.bar`, or of a folder"
        problems.append(Problem("stray-name", Place(shown(os.path.join(folder, name)), 1), what, "", hint))
    return entries, problems


def _kind(name: str, folders: set[str]) -> tuple[Literal["template", "file", "folder"], str]:
    """What an entry is, and its name without the end that says so."""
    if name in folders:
        return "folder", name
    if name.endswith(TEMPLATE) and name != TEMPLATE:
        return "template", name.removesuffix(TEMPLATE)
    return "file", name


class _Job:
    """One resource and one template folder."""

    def __init__(self, root: str, context: dict[str, Any], write_file: Any, render_template: Any) -> None:
        self.root, self.context = root, context
        self.write_file, self.render_template = write_file, render_template
        self.problems: list[Problem] = []

    def folder(self, folder: str, out: PurePosixPath, depth: int) -> None:
        entries, problems = read_folder(folder)
        self.problems += problems
        for entry in entries:
            try:
                name = self.name(entry)
                if name and entry.kind == "folder":
                    self.inner(entry, out / name, depth + 1)
                elif name:
                    mode = {"executable": True} if entry.executable else {}
                    self.write_file(out / name, self.content(entry), **mode)
            except RenderError as error:
                self.problems += error.problems

    def inner(self, entry: Entry, out: PurePosixPath, depth: int) -> None:
        around = os.path.realpath(os.path.dirname(entry.path)) if entry.is_link else ""
        is_ring = entry.is_link and os.path.join(around, "").startswith(
            os.path.join(os.path.realpath(entry.path), "")
        )
        if is_ring or depth > MAX_DEPTH:
            what = "the folder links to one it lies in" if is_ring else "folders nest too deep"
            hint = "a template folder may link to others, not to one that it lies in"
            raise RenderError(Problem("bad-template", Place(shown(entry.path), 1), what, "", hint))
        self.write_file(out, is_dir=True)
        self.folder(entry.path, out, depth)

    def name(self, entry: Entry) -> str:
        """Name of the output, "" for one that is skipped."""
        if entry.named_by:
            template: Any = self.file(entry.named_by)
        elif "{" in entry.name:
            template = TemplateText(entry.name, entry.path)
        else:
            return entry.name
        name = str(self.render_template(template, self.context)).strip()
        try:
            return output_path(name) if name else ""
        except PathRefused as error:
            place = Place(shown(entry.named_by or entry.path), 1)
            raise bad_path(name, place, error) from None

    def content(self, entry: Entry) -> str | bytes:
        if entry.kind == "template":
            rendered: str = self.render_template(self.file(entry.path), self.context)
            return rendered
        copied = Copied(read_regular(entry.path))
        copied.template = entry.path
        return copied

    def file(self, path: str) -> TemplateFile:
        template = TemplateFile(path)
        template.root = self.root
        return template


def read_regular(path: str) -> bytes:
    """Bytes of a template or a file to copy; RenderError where it is a pipe or cannot be read."""
    try:
        if not os.path.isfile(path):
            what = "it is no regular file" if os.path.lexists(path) else "there is no such file"
            hint = "templates, and what is copied, are regular files"
            raise RenderError(Problem("bad-template", Place(shown(path), 1), what, "", hint))
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        problem = Problem("bad-template", Place(shown(path), 1), f"it cannot be read: {error.strerror}")
        raise RenderError(problem) from None


def bad_path(path: object, place: Place | None, error: PathRefused) -> RenderError:
    """An output file that may not be written."""
    hint = "paths of files start at the output folder and stay in it"
    return RenderError(
        Problem("bad-path", place, f"{str(path)!r:.80} is no path for a file: {error}", "", hint)
    )
