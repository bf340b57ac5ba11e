"""What a client may ask: every name is one that the component declares, every value of the declared type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from moon_spa import wire
from moon_spa.casts import cast_props, is_exact, prop_casts
from moon_spa.spec import Callback, ComponentSpec
from moon_spa.types import ANY, Type, kind_of

KEYS = ("component", "instance", "seq", "kind", "name", "args", "props", "state")
"""What a request has; `args`, `props` and `state` may be left out where they are empty."""

MAX_NAME = 200


RequestKind = Literal["action", "lifecycle", "data"]
"""What is asked for: that a callback runs, or the data that setup makes of other props."""


class Compiled(Protocol):
    """What the bridge needs of a compiled component."""

    @property
    def spec(self) -> ComponentSpec:
        """The component as its setup has declared it."""

    @property
    def types(self) -> Mapping[str, Type]:
        """State field -> type."""

    @property
    def parts(self) -> Mapping[str, Compiled]:
        """The components that may stand inside of it, by name."""


class RefusedError(Exception):
    """A request, or what an action has done, is against the rules; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Request:
    """A request that has passed every check that needs no code of the user."""

    kind: RequestKind
    callback: Callback
    args: tuple[Any, ...]
    props: dict[str, Any]
    state: dict[str, Any]


def sequence(request: Any) -> int | None:
    """The number of a request, which its reply repeats; None where it has none."""
    seq = request.get("seq") if type(request) is dict else None
    return seq if type(seq) is int and 0 <= seq <= wire.MAX_SAFE else None


def read_request(compiled: Compiled, request: Any) -> Request:
    """Check everything that a client may get wrong. Raises RefusedError or WireError."""
    if type(request) is not dict:
        raise RefusedError("bad-request", f"a request is a mapping, not {kind_of(request)}")
    for key in request:
        if key not in KEYS:
            what = wire.short(repr(key)) if type(key) is str else kind_of(key)
            raise RefusedError("bad-request", f"{what} is no key of a request")
    if sequence(request) is None:
        raise RefusedError("bad-request", "seq is a whole number from 0 on")
    _check_instance(request.get("instance"))
    spec = compiled.spec
    if type(request.get("component")) is not str or request["component"] != spec.name:
        raise RefusedError("unknown-component", f"no component {_shown(request.get('component'))} is here")
    kind = _kind(request.get("kind"))
    args = request.get("args", [])
    if type(args) not in (list, tuple):
        raise RefusedError("bad-request", "args is a list")
    callback = _callback(spec, kind, request.get("name"))
    if kind == "data" and (args or request.get("state", {})):
        raise RefusedError("bad-request", "data is made of props alone")
    wire.encode(list(args), ANY, "args")
    props, state = (_mapping(key, request.get(key, {})) for key in ("props", "state"))
    wire.encode(props, ANY, "props")
    return Request(
        kind,
        callback,
        tuple(args),
        _props(spec, props),
        _state(compiled, state),
    )


def typed(kind: Type, value: Any, what: str, code: str) -> Any:
    """A copy of a value of this type, floats restored. Raises RefusedError."""
    found = wire.restore(value, kind)
    wrong = wire.mismatch(kind, found)
    if wrong:
        raise RefusedError(code, f"{what} {wrong}")
    return found


def check_ints(value: Any, what: str) -> None:
    """State holds no integer that a browser would round."""
    if not is_exact(value):
        raise RefusedError(
            "overflow", f"{what} has an int past 2**53 - 1, which a browser cannot keep exactly"
        )


def _check_instance(instance: Any) -> None:
    known = type(instance) is str and len(instance) <= MAX_NAME
    if not known and (type(instance) is not int or not 0 <= instance <= wire.MAX_SAFE):
        raise RefusedError("bad-request", "instance is a text or a whole number")


def _kind(kind: Any) -> RequestKind:
    for known in get_args(RequestKind):
        if type(kind) is str and kind == known:
            found: RequestKind = known
            return found
    raise RefusedError("bad-request", "kind is action, lifecycle or data")


def _callback(spec: ComponentSpec, kind: RequestKind, name: Any) -> Callback:
    if kind == "data":
        if name != "":
            raise RefusedError("bad-request", "data has no name")
        return Callback(spec.name, line=spec.line)
    what = "action" if kind == "action" else "hook"
    declared = spec.actions if kind == "action" else spec.lifecycle
    if type(name) is not str or name not in declared:
        raise RefusedError(f"unknown-{what}", f"{spec.name} has no {what} {_shown(name)}")
    return declared[name]


def _mapping(key: str, value: Any) -> dict[str, Any]:
    """One of the mappings of a request."""
    if type(value) is not dict:
        raise RefusedError("bad-request", f"{key} is a mapping")
    for name in value:
        if type(name) is not str or len(name) > MAX_NAME:
            raise RefusedError("bad-request", f"{key} has the key {_shown(name)}, which is no name")
    return value


def _props(spec: ComponentSpec, props: Mapping[str, Any]) -> dict[str, Any]:
    """The props after their casts; what a cast refuses is left out here and told by the browser."""
    copy = wire.restore(dict(props), ANY)
    return cast_props(prop_casts(spec.fields), copy)[0]


def _state(compiled: Compiled, state: Mapping[str, Any]) -> dict[str, Any]:
    """The state, every value of its field's type."""
    names = {field.name for field in compiled.spec.fields}
    for name in state:
        if name not in names:
            raise RefusedError("unknown-state", f"{compiled.spec.name} has no state {_shown(name)}")
    found = {}
    for name, value in state.items():
        kind = compiled.types.get(name, ANY)
        wire.encode(value, kind, f"state {name}")
        found[name] = typed(kind, value, f"state {name}", "wrong-type")
        check_ints(value, f"state {name}")
    return found


def _shown(value: Any) -> str:
    """A value of the client for a message; what it is, where it is not text."""
    return wire.short(repr(value)) if type(value) is str else f"of type {type(value).__name__}"
