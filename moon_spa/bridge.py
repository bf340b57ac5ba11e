"""The server's side of a component: one request of a browser in, one reply out, plain Python values both.

What a client sends is input, not truth: `moon_spa.requests` checks it. A call is a transaction: setup runs
afresh, the client's data and state are laid over it, the action runs on them, and what it changed becomes
the patch. An error leaves no patch behind. Whatever comes in, a reply goes out.

What calls share is what the user shares: globals of the module, files, a database. A function that does not
come back to Python (a query, `time.sleep`) cannot be stopped: after the deadline its reply says so, and what
it still does changes nothing that a client sees.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature, signature
from types import FunctionType
from typing import Any

from moon_spa import wire, worker
from moon_spa.annotations import parameter_types
from moon_spa.held import Held, held_by
from moon_spa.live import Live, open_live
from moon_spa.printing import Printed, collecting
from moon_spa.requests import Compiled, RefusedError, Request, read_request, sequence, typed
from moon_spa.tracebacks import Failure, failure
from moon_spa.types import ANY, Record, Type

DEADLINE = 10.0
"""Seconds that one call may take."""

CODES = (
    *("bad-request", "unknown-component", "unknown-action", "unknown-hook", "unknown-state"),
    *("wrong-type", "wrong-arguments", "not-sendable", "too-deep", "too-large", "overflow", "undeclared"),
    *("bad-result", "name-clash", "lost-change", "setup-failed", "action-failed", "too-slow", "too-busy"),
)
"""The codes of errors in replies."""


def call(
    compiled: Compiled, request: Any, deadline: float = DEADLINE, stderr: bool = False
) -> dict[str, Any]:
    """Answer one request: ``{seq, ok, patch: {state, props}, error, stdout}``. Never raises for its input.

    `error` is None or ``{code, type, message, line, path, traceback}``. With `stderr`, `stdout` has what goes
    to `sys.stderr` too, as warnings and logging do; else that goes where the process writes it.
    """
    seq = sequence(request)
    printed = Printed(stderr)
    compiled = _meant(compiled, request)
    try:
        checked = read_request(compiled, request)
    except (RefusedError, wire.WireError) as error:
        return _reply(seq, printed, _refused(error))
    end = time.monotonic() + deadline
    looping = threading.Event()

    def work() -> dict[str, Any] | Failure:
        with collecting(printed):
            return _perform(compiled, checked, settled)

    def settled(value: Any) -> Any:
        return worker.settled(value, max(0.01, end - time.monotonic()), looping)

    try:
        done = worker.run(work, deadline, looping)
    except worker.TooSlowError as error:
        name, path = checked.callback.name, compiled.spec.path
        message = f"{checked.kind} {name} has not ended after {deadline:g} seconds"
        slow = Failure("too-slow", "TimeoutError", message, path, error.line(path, checked.callback.line))
        return _reply(seq, printed, slow)
    except worker.TooBusyError as error:
        message = f"{error}: end what they wait for, or restart it"
        busy = Failure("too-busy", "RuntimeError", message, compiled.spec.path, checked.callback.line)
        return _reply(seq, printed, busy)
    return _reply(seq, printed, done)


async def call_async(
    compiled: Compiled, request: Any, deadline: float = DEADLINE, stderr: bool = False
) -> dict[str, Any]:
    """`call` for a server with an event loop, which goes on meanwhile."""
    return await asyncio.to_thread(call, compiled, request, deadline, stderr)


def call_text(compiled: Compiled, text: str, deadline: float = DEADLINE, stderr: bool = False) -> str:
    """`call` for a transport that carries text: a request in wire form in, its reply in wire form out."""
    seq = None
    try:
        request = wire.loads(text)
        seq = sequence(request)
        reply = call(compiled, request, deadline, stderr)
        return wire.dumps(reply, _type_of(reply, _meant(compiled, request)))
    except wire.WireError as error:  # the text, or all parts of the patch together, were too much
        return wire.dumps(_reply(seq, Printed(), _refused(error)))


def _meant(compiled: Compiled, request: Any) -> Compiled:
    """The component that a request is for: this one, or one that stands inside of it."""
    name = request.get("component") if type(request) is dict else None
    return compiled.parts.get(name, compiled) if type(name) is str else compiled


def _reply(seq: int | None, printed: Printed, done: dict[str, Any] | Failure) -> dict[str, Any]:
    failed = isinstance(done, Failure)
    return {
        "seq": seq,
        "ok": not failed,
        "patch": {"state": {}, "props": {}} if isinstance(done, Failure) else done,
        "error": done.to_dict() if isinstance(done, Failure) else None,
        "stdout": printed.text,
    }


def _refused(error: RefusedError | wire.WireError, path: str = "", line: int = 0) -> Failure:
    name = {"overflow": "OverflowError", "wrong-arguments": "TypeError", "wrong-type": "TypeError"}
    kind = name.get(error.code, "RequestError" if not path else "ValueError")
    return Failure(error.code, kind, str(error), path, line)


def _type_of(reply: Mapping[str, Any], compiled: Compiled) -> Type:
    """The type of a reply: whole-numbered floats of a float field need no tag."""
    state = Record(tuple((name, compiled.types.get(name, ANY)) for name in reply["patch"]["state"]))
    patch = Record((("state", state), ("props", ANY)))
    return Record(tuple((key, patch if key == "patch" else ANY) for key in reply))


def _perform(compiled: Compiled, request: Request, settled: Callable[[Any], Any]) -> dict[str, Any] | Failure:
    """Run the user's code for a request: the patch, or why there is none."""
    spec, callback = compiled.spec, request.callback
    code, line = "setup-failed", spec.line
    try:
        live = open_live(spec, request.props)
        if request.kind == "data":
            return live.computed()
        live.overlay(request.props, request.state)
        code, line = "action-failed", callback.line
        return _act(live, compiled, request, settled)
    except (worker.Stop, worker.TooSlowError):
        raise
    except (RefusedError, wire.WireError) as error:
        return _refused(error, spec.path, line)
    except BaseException as error:
        return failure(code, error, spec.path, line)


def _act(live: Live, compiled: Compiled, request: Request, settled: Callable[[Any], Any]) -> dict[str, Any]:
    before = live.snapshot()
    function = live.function(request.kind, request.callback.name)
    args = _arguments(function, request.args)
    held = held_by(function, live)
    live.merge(settled(function(*args)))
    _check_kept(compiled, request, [one for one in held if one.changed])
    return live.patch(before, compiled.types)


def _check_kept(compiled: Compiled, request: Request, changed: list[Held]) -> None:
    """Refuse changes of what setup makes anew for every request; another setup tells that from the rest."""
    if not changed:
        return
    with collecting(Printed(stderr=True)):  # this setup has said it once
        other = open_live(compiled.spec, request.props)
        anew = held_by(other.function(request.kind, request.callback.name), other)
    kept = {id(one.thing) for one in anew}
    for one in changed:
        if id(one.thing) not in kept:
            message = f"{request.callback.name} has changed `{one.changed}`, which setup makes anew"
            remedy = "put it in state, or at the top of the module, where every visitor shares it"
            raise RefusedError("lost-change", f"{message} for every request: {remedy}")


def _arguments(function: Callable[..., Any], args: tuple[Any, ...]) -> list[Any]:
    """The arguments for a function, checked against its parameters and their annotations."""
    if not args and _takes_nothing(function):
        return []
    try:
        shape = signature(function)
    except (TypeError, ValueError):  # a builtin, which checks its arguments itself
        return list(args)
    try:
        shape.bind(*args)
    except TypeError as error:
        raise RefusedError("wrong-arguments", str(error)) from None
    kinds = parameter_types(function)
    names = _parameter_names(shape, len(args))
    return [
        typed(kinds.get(name, ANY), value, f"argument {name}", "wrong-arguments")
        for name, value in zip(names, args, strict=True)
    ]


def _takes_nothing(function: Callable[..., Any]) -> bool:
    """Whether a function has no parameters, as most actions: looking closer takes longer than to run one."""
    if type(function) is not FunctionType or hasattr(function, "__wrapped__"):
        return False
    code = function.__code__
    return not (code.co_argcount or code.co_kwonlyargcount)


def _parameter_names(shape: Signature, count: int) -> list[str]:
    """The parameter of each of `count` positional arguments."""
    names = []
    for parameter in shape.parameters.values():
        if parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
        elif parameter.kind is Parameter.VAR_POSITIONAL:
            names += [parameter.name] * count
    return names[:count]
