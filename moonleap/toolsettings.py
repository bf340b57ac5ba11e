"""The settings `bin` and `post_process`: which programs work on which files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from moonleap.findings import refusal
from moonleap.terms import Place
from moonlight.hints import did_you_mean

KEYS = ("exe", "args", "config", "timeout")
TIMEOUT = 60.0
"""Seconds that a program may take for its files."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program of the settings; what it does not say is known of well-known formatters."""

    name: str
    place: Place
    exe: str = ""
    args: tuple[str, ...] | None = None
    config: str = ""
    timeout: float = TIMEOUT


@dataclass(frozen=True, slots=True)
class Step:
    """A pattern for files and the names of the tools that work on them, in order."""

    pattern: re.Pattern[str]
    tools: tuple[str, ...]
    place: Place

    def matches(self, path: str) -> bool:
        """Whether the suffix matches in full; a pattern with a "/" is searched in the path instead."""
        if "/" in self.pattern.pattern:
            return self.pattern.search(path) is not None
        return self.pattern.fullmatch(PurePosixPath(path).suffix) is not None


@dataclass(frozen=True, slots=True)
class PostProcess:
    """Steps in the order of the settings, and their tools by name."""

    steps: tuple[Step, ...] = ()
    tools: Mapping[str, Tool] | None = None

    def tools_for(self, path: str) -> tuple[Tool, ...]:
        """The tools that work on a file, each once, in order."""
        names = dict.fromkeys(name for step in self.steps if step.matches(path) for name in step.tools)
        return tuple((self.tools or {})[name] for name in names)


def read_post_process(values: Mapping[str, Any], path: str, places: Mapping[str, Place]) -> PostProcess:
    """Check both settings; raises SpecError ``bad-settings`` with the line of the mistake."""
    tools = {
        str(name): _tool(str(name), value, places[f"bin.{name}"])
        for name, value in _mapping(values.get("bin"), "bin", path, places).items()
    }
    steps = []
    for key, names in _mapping(values.get("post_process"), "post_process", path, places).items():
        place = places.get(f"post_process.{key}", Place(path, 1))
        steps.append(_step(key, names, place))
        for name in steps[-1].tools:
            tools.setdefault(name, Tool(name, place))
    return PostProcess(tuple(steps), tools)


def _mapping(value: Any, key: str, path: str, places: Mapping[str, Place]) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        what = (
            "a mapping from names to programs"
            if key == "bin"
            else "a mapping from patterns to lists of names"
        )
        raise _wrong(key, what, value, places.get(key, Place(path, 1)))
    return value


def _tool(name: str, value: Any, place: Place) -> Tool:
    key = f"bin.{name}"
    if isinstance(value, str):
        value = {"exe": value}
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise _wrong(key, "a mapping with `exe`, `args`, `config`", value, place)
    for option in value:
        if option not in KEYS:
            hint = did_you_mean(str(option), KEYS, f"known are {', '.join(KEYS)}")
            raise refusal("bad-settings", f"`{key}` has no option `{option}`", place, hint)
    for option in ("exe", "config"):
        if not isinstance(value.get(option, ""), str) or "\0" in value.get(option, ""):
            raise _wrong(f"{key}.{option}", "a text", value[option], place)
    args, timeout = value.get("args"), value.get("timeout", TIMEOUT)
    if args is not None and not (isinstance(args, list) and all(isinstance(arg, str) for arg in args)):
        raise _wrong(f"{key}.args", "a list of texts", args, place)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout <= 3600:
        raise _wrong(f"{key}.timeout", "a number of seconds", timeout, place)
    config = value.get("config", "")
    if args is not None and not config and any("{config}" in arg for arg in args):
        raise refusal(
            "bad-settings", f"`{key}.args` has {{config}}, but no `config` is named", place, "name one"
        )
    return Tool(
        name, place, value.get("exe", ""), None if args is None else tuple(args), config, float(timeout)
    )


def _step(key: Any, names: Any, place: Place) -> Step:
    label = f"post_process.{key}"
    if not isinstance(key, str):
        raise _wrong(label, "named by a regular expression for suffixes", key, place)
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise _wrong(label, "a list of names of programs", names, place)
    try:
        return Step(re.compile(key), tuple(names), place)
    except (re.error, RecursionError, OverflowError) as error:
        message = f"`{label}` is no regular expression: {error}"
        raise refusal("bad-settings", message, place, "write '.ts(x)?', for instance") from None


def _wrong(key: str, wanted: str, value: object, place: Place) -> Exception:
    message = f"`{key}` is {wanted}, not {type(value).__name__} {value!r:.60}"
    hint = "write `post_process: {'.py': [ruff]}`, for instance"
    if key.startswith("bin"):
        hint = "write `bin: {prettier: {exe: PROGRAM, config: FILE}}`, for instance"
    return refusal("bad-settings", message, place, hint)
