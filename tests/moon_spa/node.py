"""One long-lived Node process for a test session, asked in JSON lines.

Values travel tagged, so that 1 and 1.0, -0.0, NaN, integers of any size, tuples, dicts of any key and lone
surrogates arrive as what they are. What comes back is compared by `same`, which knows that JavaScript keeps
an int and an integral float in the same kind of number.
"""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

HOST = Path(__file__).parent / "host.mjs"


@dataclass(frozen=True)
class Failure:
    """What a call raised: the Python exception's name, or `Bail`, or `JS:…` for an error that is a bug."""

    name: str
    message: str = ""


class Node:
    """A Node process; `call` runs a function body there, with its `input` and the imported `modules`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", "--stack-size=2000", str(HOST)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def call(self, body: str, argument: Any = None, modules: Mapping[str, Path] | None = None) -> Any:
        """The JSON result of `async function (input, modules, tools) { body }`; an error of it raises."""
        request = {
            "body": body,
            "input": argument,
            "modules": {name: path.as_uri() for name, path in (modules or {}).items()},
        }
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"node ended with {process.wait()}")
        reply = json.loads(line)
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply.get("value")

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def encode(value: Any, boxed: bool = False) -> Any:
    """A Python value as tagged JSON; `boxed`: as an ANY value, whose integral floats are boxes."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float):
        return {"F" if boxed and value.is_integer() else "f": repr(value)}
    if isinstance(value, list | tuple):
        return [encode(item, boxed) for item in value]
    if isinstance(value, set | frozenset):
        return {"x": [encode(item, boxed) for item in value]}
    if isinstance(value, dict):
        kind = "d" if all(isinstance(key, str) for key in value) else "m"
        return {kind: [[encode(key, boxed), encode(item, boxed)] for key, item in value.items()]}
    raise TypeError(f"no form for {type(value).__name__}")


def same(expected: Any, got: Any, boxed: bool = False) -> bool:
    """Whether a tagged value that came from Node is the Python value, in the one form it may have.

    `boxed`: as an ANY value, whose integral floats have to be boxes.
    """
    if expected is None or isinstance(expected, bool | str):
        return type(expected) is type(got) and bool(expected == got)
    if isinstance(expected, int):
        return bool(got == {("n" if abs(expected) < 2**53 else "i"): str(expected)})
    if isinstance(expected, float):
        tag = "F" if boxed and expected.is_integer() else "n"
        return isinstance(got, dict) and same_float(expected, got.get(tag))
    if isinstance(expected, list | tuple):
        return (
            isinstance(got, list)
            and len(expected) == len(got)
            and all(map(same, expected, got, [boxed] * len(got)))
        )
    if isinstance(expected, set | frozenset):
        return isinstance(got, dict) and "x" in got and same_set(expected, got["x"])
    pairs = got.get("d", got.get("m")) if isinstance(got, dict) else None
    if pairs is None or len(pairs) != len(expected):
        return False
    mine = cast("Mapping[Any, Any]", expected).items()
    return all(
        same(key, pair[0], boxed) and same(item, pair[1], boxed)
        for (key, item), pair in zip(mine, pairs, strict=True)
    )


def same_float(expected: float, text: str | None) -> bool:
    """Whether JavaScript's text of a number is this float: sign of zero and NaN too."""
    if text is None:
        return False
    value = float(text.replace("Infinity", "inf"))
    if math.isnan(expected) or math.isnan(value):
        return math.isnan(expected) and math.isnan(value)
    return value == expected and math.copysign(1, value) == math.copysign(1, expected)


def same_set(expected: Iterable[Any], got: Sequence[Any]) -> bool:
    """Whether the items are the same in any order."""
    mine = list(expected)
    return len(mine) == len(got) and all(any(same(item, other) for other in got) for item in mine)


def outcome(got: Any) -> Any:
    """One result of `tools.attempt`: `Failure`, or the tagged value."""
    if "error" in got:
        return Failure(got["error"], got.get("message", ""))
    return got["value"]
