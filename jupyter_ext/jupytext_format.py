"""The format ``py.md`` in jupytext: wrappers of its functions, for it has no entry point for formats.

To jupytext, ``x.py.md`` is the notebook ``x`` with suffix ``.py`` and extension ``.md`` in the format
``moonlight``; its rules for names, pairs and prefixes then hold without change. Everything about jupytext's
inside is in this file. Where a name or parameter that is needed is missing, nothing is changed.
"""

from __future__ import annotations

import builtins
import inspect
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from types import MappingProxyType
from typing import Any

from jupyter_ext import exchange
from jupyter_ext.format import writes
from moonlight.document import parse
from moonlight.source import decode, encode, read_source, write_atomic

SUFFIX = ".py.md"
FORMAT_NAME = "moonlight"
FORMAT: Mapping[str, str] = MappingProxyType(
    {"suffix": ".py", "extension": ".md", "format_name": FORMAT_NAME}
)

LAYOUT_KEYS = frozenset(
    {"cell_marker", "lines_to_end_of_cell_marker", "lines_to_next_cell", "noskipline", "skipline"}
)
"""Cell metadata by which jupytext's scripts keep their blank lines."""

TextOf = Callable[[str], str | None]
Function = Callable[..., Any]

_LOCK = threading.Lock()
_TEXT_OF: ContextVar[TextOf | None] = ContextVar("moonlight_jupytext_text_of", default=None)
_TARGET: ContextVar[str] = ContextVar("moonlight_jupytext_target", default="")
_SHORT_NAME = re.compile(r"(?:(?<=/)|^)py\.md$")
_WRITTEN_NAME = re.compile(r"\.py(?:_tmp_jupytext_\d+)?\.md$")


def register_jupytext_format() -> bool:
    """Make ``py.md`` a format of the jupytext that is installed; True where it is one now.

    May be called any number of times, before or after other imports of jupytext. Where jupytext's inside has
    changed shape: one warning, and jupytext stays as it is.
    """
    with _LOCK:
        try:
            originals = {name: _original(name, needed) for name, needed in _NEEDED.items()}
            formats = import_module("jupytext.formats")
            if FORMAT_NAME in formats._VALID_FORMAT_NAMES:
                return True
            names, known = formats._VALID_FORMAT_NAMES.add, formats.JUPYTEXT_FORMATS.append
            description = _description(formats)
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            message = f"this jupytext is unknown to Moonlight ({error}): it does not get the format py.md"
            warnings.warn(message, RuntimeWarning, stacklevel=2)
            return False
        names(FORMAT_NAME)
        known(description)
        for name, wrap in _WRAPPERS.items():
            _replace(originals[name], wraps(originals[name])(wrap(originals[name])))
        vars(import_module("jupytext.cli"))["open"] = _open
        return True


@contextmanager
def writing_onto(text_of: TextOf) -> Iterator[None]:
    """Inside, jupytext writes ``.py.md`` files as edits of the text that `text_of` gives for their path.

    For a contents manager, whose paths are not those of the system; jupytext's command line has it already.
    """
    token = _TEXT_OF.set(text_of)
    try:
        yield
    finally:
        _TEXT_OF.reset(token)


# -- our format --------------------------------------------------------------------------------------


def is_ours(fmt: Any, path: str = "") -> bool:
    """Whether a format in long form is ours; one that names none is what the path says."""
    if not isinstance(fmt, Mapping) or not fmt:
        return path.endswith(SUFFIX)
    if fmt.get("extension", ".md") != ".md":
        return False
    if fmt.get("format_name"):
        return bool(fmt["format_name"] == FORMAT_NAME)
    return str(fmt.get("suffix", "")).removeprefix(".") == "py" or (
        path.endswith(SUFFIX) and not fmt.get("suffix")
    )


def read_notebook(text: str, path: str | None = None) -> Any:
    """A text as jupytext's reader gives it."""
    notebook = exchange.read(text, path)
    shown = notebook["metadata"].setdefault("jupytext", {})
    shown["text_representation"] = {"extension": ".md", "format_name": FORMAT_NAME}
    return import_module("nbformat").from_dict(notebook)


def write_notebook(notebook: Mapping[str, Any], onto: str | None, path: str = "<notebook>") -> str:
    """A notebook as text, pictures inside it; of jupytext's metadata only ``formats`` stays."""
    cells = [_without_layout(cell) for cell in notebook.get("cells") or ()]
    paired = {**notebook, "metadata": _with_formats(notebook.get("metadata"), onto), "cells": cells}
    text = writes(exchange.with_front_matter(paired, onto), onto)
    encode(text, path)
    return text


def _without_layout(cell: Any) -> Any:
    """A cell without what jupytext's other readers note in it about the layout of their texts."""
    metadata = {key: value for key, value in cell["metadata"].items() if key not in LAYOUT_KEYS}
    return {**cell, "metadata": metadata}


def _with_formats(metadata: Any, onto: str | None) -> dict[str, Any]:
    """Notebook metadata whose pairing is in jupytext's words, or in the text's if they say the same."""
    kept = dict(metadata) if isinstance(metadata, Mapping) else {}
    formats = import_module("jupytext.formats")
    named = _formats_of(kept)
    if not named:
        return kept
    there = _formats_of(parse(onto or "").metadata.get("jupyter"))
    long_form = formats.long_form_multiple_formats(named, kept)
    if there and _same_formats(there, long_form):
        kept["jupytext"] = {"formats": there}
    else:
        kept["jupytext"] = {"formats": formats.short_form_multiple_formats(long_form)}
    return kept


def _same_formats(named: str, long_form: Any) -> bool:
    try:
        return bool(import_module("jupytext.formats").long_form_multiple_formats(named) == long_form)
    except ValueError:
        return False


def _formats_of(metadata: Any) -> str:
    entry = metadata.get("jupytext") if isinstance(metadata, Mapping) else None
    named = entry.get("formats") if isinstance(entry, Mapping) else None
    return named if isinstance(named, str) else ""


def _text_on_disk(path: str) -> str | None:
    return read_source(path).text if os.path.exists(path) else None


def _text_at(path: str) -> str | None:
    """The text that a notebook for `path` is written onto."""
    text_of = _TEXT_OF.get()
    return text_of(path) if text_of is not None and path.endswith(SUFFIX) else None


@contextmanager
def _writing(path: str) -> Iterator[None]:
    token = _TARGET.set(path)
    try:
        yield
    finally:
        _TARGET.reset(token)


class _Whole(str):
    """A text without a line end at its end, which jupytext must not add one to."""

    __slots__ = ()

    def endswith(self, suffix: Any, *place: Any) -> bool:
        return suffix == "\n" or super().endswith(suffix, *place)


def _open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    """`open` for jupytext's command line: the line ends of our files are bytes like all others."""
    if isinstance(file, str) and "b" not in mode and _WRITTEN_NAME.search(file):
        kwargs.setdefault("newline", "")
    return builtins.open(file, mode, *args, **kwargs)


# -- wrappers, one for each function of jupytext -----------------------------------------------------


def _long_form_one_format(original: Function) -> Function:
    def wrapper(jupytext_format: Any, *args: Any, **kwargs: Any) -> Any:
        fmt = original(jupytext_format, *args, **kwargs)
        if fmt.get("suffix") and is_ours(fmt):
            fmt.update(FORMAT)
        return fmt

    return wrapper


def _format_name_for_ext(original: Function) -> Function:
    def wrapper(metadata: Any, ext: str, *args: Any, **kwargs: Any) -> Any:
        entry = metadata.get("jupytext")
        if isinstance(entry, Mapping):  # what is said about x.py.md says nothing about x.md
            entry = dict(entry)
            if is_ours(entry.get("text_representation") or {"format_name": "none"}):
                del entry["text_representation"]
            named = import_module("jupytext.formats").long_form_multiple_formats(entry.get("formats") or "")
            entry["formats"] = [fmt for fmt in named if not is_ours(fmt)]
            metadata = {**metadata, "jupytext": entry}
        return original(metadata, ext, *args, **kwargs)

    return wrapper


def _reads(original: Function) -> Function:
    def wrapper(text: str, fmt: Any = None, *args: Any, **kwargs: Any) -> Any:
        return read_notebook(text) if is_ours(_long(fmt)) else original(text, fmt, *args, **kwargs)

    return wrapper


def _read(original: Function) -> Function:
    def wrapper(fp: Any, as_version: Any = None, fmt: Any = None, *args: Any, **kwargs: Any) -> Any:
        nbformat = import_module("nbformat")
        as_version = nbformat.NO_CONVERT if as_version is None else as_version
        path = "" if hasattr(fp, "read") else os.fspath(fp)
        if not is_ours(_long(fmt), path) or hasattr(fp, "read"):
            return original(fp, as_version, fmt, *args, **kwargs)
        if path == "-":
            notebook = read_notebook(decode(sys.stdin.buffer.read(), "<stdin>"))
        else:
            notebook = read_notebook(read_source(path).text, path)
        same = as_version in (nbformat.NO_CONVERT, notebook.nbformat)
        return notebook if same else nbformat.convert(notebook, as_version)

    return wrapper


def _writes(original: Function) -> Function:
    def wrapper(notebook: Any, fmt: Any = None, *args: Any, **kwargs: Any) -> Any:
        path = _TARGET.get()
        if not is_ours(_long(fmt, notebook), path):
            return original(notebook, fmt, *args, **kwargs)
        text = write_notebook(_upgraded(notebook), _text_at(path), path)
        return _Whole(text) if path and not text.endswith("\n") else text

    return wrapper


def _write(original: Function) -> Function:
    def wrapper(nb: Any, fp: Any, version: Any = None, fmt: Any = None, *args: Any, **kwargs: Any) -> Any:
        version = import_module("nbformat").NO_CONVERT if version is None else version
        path = "" if hasattr(fp, "write") else os.fspath(fp)
        if path in ("", "-") or not is_ours(_long(fmt, nb), path):
            return original(nb, fp, version, fmt, *args, **kwargs)
        text = write_notebook(_upgraded(nb), _text_on_disk(path), path)
        if isinstance(fmt, str | dict) and "prefix" in _long(fmt, nb):
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        write_atomic(path, text)
        return None

    return wrapper


def _combine_inputs_with_outputs(original: Function) -> Function:
    def wrapper(nb_source: Any, nb_outputs: Any, fmt: Any = None) -> Any:
        if not is_ours(_long(fmt)):
            return original(nb_source, nb_outputs, fmt)
        combined = original(_with_kernel_of(nb_source, nb_outputs), nb_outputs, fmt)
        if combined.nbformat_minor < 5:
            for cell in combined.cells:
                cell.pop("id", None)
        return combined

    return wrapper


def _compare_notebooks(original: Function) -> Function:
    def wrapper(
        notebook_actual: Any, notebook_expected: Any, fmt: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        if is_ours(_long(fmt)):
            notebook_actual = _with_kernel_of(notebook_actual, notebook_expected)
        return original(notebook_actual, notebook_expected, fmt, *args, **kwargs)

    return wrapper


def _write_pair(original: Function) -> Function:
    def wrapper(path: str, formats: Any, write_one_file: Function) -> Any:
        def write_one(alt_path: str, *args: Any, **kwargs: Any) -> Any:
            with _writing(alt_path):
                return write_one_file(alt_path, *args, **kwargs)

        return original(path, formats, write_one)

    return wrapper


def _write_pair_async(original: Function) -> Function:
    async def wrapper(path: str, formats: Any, write_one_file: Function) -> Any:
        async def write_one(alt_path: str, *args: Any, **kwargs: Any) -> Any:
            with _writing(alt_path):
                return await write_one_file(alt_path, *args, **kwargs)

        return await original(path, formats, write_one)

    return wrapper


def _parse_jupytext_args(original: Function) -> Function:
    def wrapper(args: Any = None) -> Any:
        parsed = original(args)
        for name in ("input_format", "output_format"):  # "py.md" looks like a file name to jupytext
            value = getattr(parsed, name)
            if isinstance(value, str):
                setattr(parsed, name, _SHORT_NAME.sub(SUFFIX, value))
        return parsed

    return wrapper


def _jupytext_single_file(original: Function) -> Function:
    def wrapper(nb_file: str, args: Any, *rest: Any, **kwargs: Any) -> Any:
        given = args.input_format
        if not given and nb_file.endswith(SUFFIX):
            args.input_format = dict(FORMAT)
        try:
            with writing_onto(_text_on_disk), _writing(_destination(nb_file, args)):
                return original(nb_file, args, *rest, **kwargs)
        finally:
            args.input_format = given

    return wrapper


def _destination(nb_file: str, args: Any) -> str:
    """The file that a call of the command line writes, pairs apart; a test writes onto what it reads."""
    if args.test or args.test_strict or nb_file == "-" or not args.output_format:
        return args.output or (nb_file if nb_file.endswith(SUFFIX) else "")
    paths = import_module("jupytext.paired_paths")
    try:
        return args.output or str(
            paths.full_path(paths.base_path(nb_file, args.input_format), args.output_format)
        )
    except ValueError:
        return ""


def _long(fmt: Any, notebook: Any = None) -> Any:
    """A format in long form, as a copy; what is no format is left for jupytext to refuse."""
    if isinstance(fmt, Mapping):
        return dict(fmt)
    if not isinstance(fmt, str) or not fmt.removeprefix(".").endswith(("md", FORMAT_NAME)):
        return fmt if fmt is None else {"extension": "." + str(fmt)}
    metadata = notebook["metadata"] if notebook is not None else None
    try:
        return import_module("jupytext.formats").long_form_one_format(fmt, metadata)
    except ValueError:
        return {"extension": "." + fmt}


def _upgraded(notebook: Any) -> Any:
    """nbformat 4 of a notebook that is older."""
    if notebook.get("nbformat", 4) >= 4:
        return notebook
    return import_module("nbformat").convert(notebook, 4)


def _with_kernel_of(notebook: Any, other: Any) -> Any:
    """`notebook` with the kernel of `other`: our text says nothing about it."""
    metadata = {k: v for k, v in notebook["metadata"].items() if k not in ("kernelspec", "language_info")}
    metadata |= {k: v for k, v in other["metadata"].items() if k in ("kernelspec", "language_info")}
    return type(notebook)({**notebook, "metadata": type(notebook["metadata"])(metadata)})


# -- what is needed of jupytext ----------------------------------------------------------------------

_NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "formats:long_form_one_format": ("jupytext_format", "metadata"),
        "formats:long_form_multiple_formats": ("jupytext_formats", "metadata"),
        "formats:short_form_multiple_formats": ("jupytext_formats",),
        "formats:format_name_for_ext": ("metadata", "ext"),
        "formats:get_format_implementation": ("ext", "format_name"),
        "jupytext:reads": ("text", "fmt"),
        "jupytext:read": ("fp", "as_version", "fmt"),
        "jupytext:writes": ("notebook", "fmt"),
        "jupytext:write": ("nb", "fp", "version", "fmt"),
        "combine:combine_inputs_with_outputs": ("nb_source", "nb_outputs", "fmt"),
        "compare:compare_notebooks": ("notebook_actual", "notebook_expected", "fmt"),
        "paired_paths:base_path": ("main_path", "fmt"),
        "paired_paths:full_path": ("base", "fmt"),
        "sync_pairs:write_pair": ("path", "formats", "write_one_file"),
        "async_pairs:write_pair": ("path", "formats", "write_one_file"),
        "cli:parse_jupytext_args": ("args",),
        "cli:jupytext_single_file": ("nb_file", "args"),
    }
)
"""Functions of jupytext, and their first parameters in order."""

_WRAPPERS: Mapping[str, Callable[[Function], Function]] = MappingProxyType(
    {
        "formats:long_form_one_format": _long_form_one_format,
        "formats:format_name_for_ext": _format_name_for_ext,
        "jupytext:reads": _reads,
        "jupytext:read": _read,
        "jupytext:writes": _writes,
        "jupytext:write": _write,
        "combine:combine_inputs_with_outputs": _combine_inputs_with_outputs,
        "compare:compare_notebooks": _compare_notebooks,
        "sync_pairs:write_pair": _write_pair,
        "async_pairs:write_pair": _write_pair_async,
        "cli:parse_jupytext_args": _parse_jupytext_args,
        "cli:jupytext_single_file": _jupytext_single_file,
    }
)


def _original(name: str, needed: tuple[str, ...]) -> Function:
    """A function of jupytext by `module:name`; TypeError where its parameters are others."""
    module, _, function = name.partition(":")
    found: Function = getattr(import_module(f"jupytext.{module}"), function)
    parameters = tuple(inspect.signature(found).parameters)
    if parameters[: len(needed)] != needed:
        raise TypeError(f"{function}({', '.join(parameters)})")
    return found


def _description(formats: Any) -> Any:
    """Our entry in jupytext's list of formats; its version is what pairs are checked with."""
    markdown = formats.get_format_implementation(".md", "markdown")
    return formats.NotebookFormatDescription(
        format_name=FORMAT_NAME,
        extension=".md",
        header_prefix="",
        cell_reader_class=markdown.cell_reader_class,
        cell_exporter_class=markdown.cell_exporter_class,
        current_version_number="1.0",
    )


def _replace(original: Function, replacement: Function) -> None:
    """Put the replacement wherever a module of jupytext has the original."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("jupytext", "jupyterlab_jupytext"):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, replacement)
