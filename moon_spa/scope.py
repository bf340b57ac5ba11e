"""A block of Python becomes a scope, and its component two functions: for the server, for the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moon_spa.casts import cast_props, is_exact, prop_casts
from moon_spa.findings import Place
from moon_spa.live import Live, open_live
from moon_spa.loading import LOADED, component_of, load, run_user_code, within_deadline
from moon_spa.placing import place
from moon_spa.printing import Printed, collecting
from moon_spa.setup import Setup, refuse_large
from moon_spa.source import UNNAMED, from_text
from moon_spa.spec import ComponentSpec, Placed


def load_python_scope(python_block: str, path: str = UNNAMED) -> dict[str, Any]:
    """Execute a block and return its scope. Raises ComponentError for what raises or takes too long."""
    source = from_text(python_block, path)
    return within_deadline(lambda: load(source), Place(path, 1), "the block")


def first_context(spec: ComponentSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """The first ``{props, state, data}`` of a component: setup runs as Python, with the props cast."""
    props, _ = cast_props(prop_casts(spec.fields), given)
    where = Place(spec.path, spec.line)

    def work() -> Live:
        with collecting(Printed()):
            return run_user_code(lambda: open_live(spec, props), spec.path, "setup")

    live = within_deadline(work, where, "setup")
    for field in spec.fields:
        if not is_exact(live.state[field.name]):
            raise refuse_large(f"the first value of {field.name}", Place(spec.path, field.line))
    computed = {name: live.props[name] for name in spec.computed}
    return {
        "props": {**spec.props, **props, **computed},
        "state": live.state,
        "data": live.data,
    }


def resolve_component_callables(
    scope: Mapping[str, Any], name: str | None = None
) -> tuple[Callable[[Mapping[str, Any]], dict[str, Any]], Callable[[], dict[str, Any]]]:
    """``(context_fn, client_fn)`` of the component in a scope.

    ``context_fn(props)`` is ``{props, state, data}``; ``client_fn()`` is the mapping of what goes to the
    browser: ``{props, state, actions, lifecycle}`` with the seed's field specs and operations.
    Raises ComponentError, and ValueError for a scope from elsewhere.
    """
    if LOADED not in scope:
        raise ValueError("this scope is not one that load_python_scope has made")
    cls = component_of(scope, name)
    source = scope[LOADED].source
    setup = Setup(scope, cls)
    spec = within_deadline(setup.spec, Place(source.path, 1), "setup")

    def context_fn(props: Mapping[str, Any]) -> dict[str, Any]:
        return first_context(spec, props)

    def client_fn() -> dict[str, Any]:
        placed, _ = place(spec, "auto")
        return {
            "props": dict(spec.props),
            "state": {field.name: field.to_spec() for field in spec.fields},
            "actions": {name: operations_of(placed["action", name]) for name in spec.actions},
            "lifecycle": {
                name: hook.calls or operations_of(placed["lifecycle", name])
                for name, hook in spec.lifecycle.items()
            },
        }

    return context_fn, client_fn


def operations_of(placed: Placed) -> list[dict[str, Any]] | None:
    """The operations of a callable as the seed writes them; None where it has other JavaScript."""
    if placed.operations is None:
        return None
    return [operation.to_dict() for operation in placed.operations]
