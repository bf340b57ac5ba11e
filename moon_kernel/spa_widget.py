"""A component alive in a notebook: one widget model, whose state Python and all its views share.

The browser has the component's own code, so local actions need no kernel. What they change is synchronised;
calls of the server are custom messages that `moon_spa.bridge` answers, one after the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakMethod, proxy

import anywidget
from IPython.core.getipython import get_ipython
from ipywidgets.widgets import widget as registry
from traitlets import Dict, HasTraits, TraitError, Unicode

from moon_kernel.spa_cells import ATTRIBUTE
from moon_kernel.spa_parts import PartsTrait, fitting
from moon_kernel.spa_source import compile_class
from moon_kernel.spa_state import LiveState, StateTrait, Store
from moon_spa import CompiledComponent, bridge, wire
from moon_spa.artefact import shared as shared_module
from moon_spa.live import same
from moon_spa.page import mimebundle, page, piece
from moon_spa.present import Present
from moon_spa.requests import sequence
from moon_spa.tracebacks import Failure
from moon_spa.types import ANY
from moonlight.source import write_atomic

VIEW = "application/vnd.jupyter.widget-view+json"
STYLE = ".moon-error{margin:.5em 0;padding:.4em .6em;border-left:3px solid #c0392b;background:#c0392b18}"
MAX_SHOWN = 200
"""Characters of a text representation."""


class LiveComponent(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
    """A compiled component in a notebook.

    `state` is its state; its fields are traits too, for `observe` and `link`. `props` can be set. `parts` are
    the components inside of it that have left their first state, by their paths: see `moon_spa.present`.
    """

    _css = STYLE
    _esm = Unicode().tag(sync=True)
    payload = Dict().tag(sync=True)
    fields = Dict().tag(sync=True)
    shared = Dict().tag(sync=True)
    patched = Dict().tag(sync=True)
    parts = PartsTrait().synced()

    shown: Callable[[], bool] | None = None
    """Says whether the cell has shown this already, so that its last line does not show it twice."""

    def __init__(
        self,
        component: CompiledComponent,
        props: Mapping[str, Any],
        store: Store | None = None,
        deadline: float = bridge.DEADLINE,
        old: LiveComponent | None = None,
    ) -> None:
        self.component = component
        self.deadline = deadline
        self._props = dict(props)
        self._first = component.render_context(props)["state"]
        present = goes_on(component, props, self._first, old)
        names = [field.name for field in component.spec.fields]
        self._keys = {name: f"state_{name}" if name in RESERVED else name for name in names}
        shared = [name for name in names if store is not None and name in store]
        if store is not None and not shared:
            raise ValueError(f"{component.name} shares no field with {store!r}: its state has {names}")
        traits = {name: _trait(component, name, self._first[name]) for name in names}
        state = {**self._first, **present.state}
        HasTraits.add_traits(
            self,
            **{self._keys[name]: one if name in shared else one.synced() for name, one in traits.items()},
        )
        super().__init__(
            _esm=shared_module(component.esm),
            payload=self._encoded(props),
            fields={name: name if name in shared else key for name, key in self._keys.items()},
            shared=dict.fromkeys(shared, store.model_id) if store is not None else {},
            parts=present.parts,
            **{self._keys[name]: state[name] for name in names},
        )
        for name in shared:
            assert store is not None
            store.attach(self, name, self._keys[name], traits[name].kind)
        self._own_layout = self.layout
        self.on_msg(self._received)

    @property
    def state(self) -> LiveState:
        """The state of this moment, as the browser last told it."""
        return LiveState(self, self._keys)

    @property
    def props(self) -> dict[str, Any]:
        """The props that were given. New ones leave the state as it is. Raises ComponentError."""
        return dict(self._props)

    @props.setter
    def props(self, props: Mapping[str, Any]) -> None:
        payload = self._encoded(props)
        self._props = dict(props)
        with self.hold_sync():
            self.patched = {}
            self.payload = payload

    @property
    def present(self) -> Present:
        """What has become of the component up to this moment."""
        changed: dict[str, Any] = {}
        with suppress(wire.WireError):  # it is as a browser sent it
            changed = wire.decode(self.patched)
        return Present(dict(self.state), changed, self.parts)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a page that works without Jupyter and begins with the state of this moment.

        Raises ValueError for a name that is no page's, OSError, and ComponentError.
        """
        write_page(path, self.component, self._props, self.present)

    def let_go(self) -> None:
        """Live from now on as long as somebody holds it: a variable, a box, the ``Out`` of another cell.

        ipywidgets hold a widget until it is closed, so a cell that runs again would leave one each time.
        """
        if self.comm is None:
            return
        known: Any = registry._instances
        known[self.model_id] = proxy(self)
        handler = WeakMethod(self._handle_msg)

        def handle(message: Any) -> None:
            if (method := handler()) is not None:
                method(message)

        self.comm.on_msg(handle)

    def close(self) -> None:
        """Close it, in the browser too."""
        own = getattr(self, "_own_layout", None)
        if own is not None and own.comm is not None:
            own.close()
        super().close()

    def __repr__(self) -> str:
        shown = f"{self.component.name}({', '.join(f'{name}={self.state[name]!r}' for name in self._keys)})"
        return shown if len(shown) <= MAX_SHOWN else f"{shown[: MAX_SHOWN - 1]}…"

    def _ipython_display_(self) -> None:
        if self.shown is None or not self.shown():
            raise NotImplementedError  # its mime bundle is shown, as that of every object

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = {**mimebundle(self.component, self._props, self.present), "text/plain": repr(self)}
        if _is_watched():
            bundle[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return bundle, {}

    def _encoded(self, props: Mapping[str, Any]) -> Any:
        """What a view starts with, in wire form. Raises ComponentError."""
        return piece(self.component, props).payload or {}

    def _received(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """A call from the browser; whatever it holds, nothing is raised."""
        if not isinstance(content, dict) or content.get("type") != "moon.call":
            return
        name, request = content.get("id"), content.get("request")
        if not isinstance(name, str) or not isinstance(request, str) or len(name) > MAX_SHOWN:
            return
        try:
            reply = bridge.call_text(self.component, request, self.deadline, stderr=True)
        except KeyboardInterrupt:
            reply = _interrupted(request)
        self.send({"type": "moon.reply", "id": name, "reply": reply})


RESERVED = frozenset(dir(LiveComponent)) | {
    "component",
    "deadline",
    "_props",
    "_first",
    "_keys",
    "_own_layout",
}
"""Names that the trait of a field cannot have: it is called ``state_NAME`` then."""


def live(
    component: CompiledComponent | type,
    props: Mapping[str, Any] | None = None,
    /,
    *,
    store: Store | None = None,
    deadline: float = bridge.DEADLINE,
    **more: Any,
) -> LiveComponent:
    """A component, alive: a class of the notebook or a compiled component, with these props.

    `store` holds the state fields whose names it has; `deadline` are the seconds that a server action may
    take. A cell that runs again goes on with the state that its component had, where fields still have their
    names and types. Raises ComponentError; ValueError and TraitError for a store that does not fit.
    """
    compiled = compile_class(component)[0] if isinstance(component, type) else component
    given = {**(props or {}), **more}
    shell: Any = get_ipython()  # type: ignore[no-untyped-call, unused-ignore]
    cells = getattr(shell, ATTRIBUTE, None)

    def make(old: LiveComponent | None) -> LiveComponent:
        return LiveComponent(compiled, given, store, deadline, old)

    made: LiveComponent = cells.replace(compiled.name, make) if cells is not None else make(None)
    return made


def _is_watched() -> bool:
    """Whether the output may be seen while this kernel lives, so that a widget can be shown.

    A client that answers no questions executes for a file, as nbclient does for nbconvert and papermill: the
    page would look for the widget elsewhere. Voila executes so too, and shows widgets of the kernel.
    """
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        return True
    shell: Any = get_ipython()  # type: ignore[no-untyped-call, unused-ignore]
    request = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return bool(request.get("content", {}).get("allow_stdin", True))


def goes_on(
    component: CompiledComponent,
    props: Mapping[str, Any],
    first: Mapping[str, Any],
    old: LiveComponent | None,
) -> Present:
    """What a component begins with in the place of an older one: what still has its name and type.

    A field that other props give another first value has that one.
    """
    if old is None:
        return Present()
    found = {}
    for name, value in old.state.items():
        if name not in first or (props != old._props and not same(first[name], old._first[name])):
            continue
        with suppress(TraitError):
            found[name] = _trait(component, name, first[name]).validate(None, value)
    return Present(found, parts=fitting(component, old.parts))


def write_page(
    path: str | os.PathLike[str],
    component: CompiledComponent,
    props: Mapping[str, Any],
    present: Present | None = None,
) -> int:
    """Write a page that needs nothing else: its size. Raises ValueError, OSError, ComponentError."""
    name = os.fspath(path)
    if not name.endswith((".html", ".htm")):
        raise ValueError(f"{name!r} is no name of a page: it must end in .html")
    text = page([piece(component, props, present)])
    write_atomic(os.path.expanduser(name), text)
    return len(text.encode())


def _trait(component: CompiledComponent, name: str, first: Any) -> StateTrait:
    return StateTrait(name, first, [component.types.get(name, ANY)])


def _interrupted(request: str) -> str:
    """The reply to a call that the user has interrupted."""
    seq = None
    with suppress(wire.WireError):
        seq = sequence(wire.loads(request))
    error = Failure("interrupted", "KeyboardInterrupt", "the action was interrupted").to_dict()
    patch: dict[str, Any] = {"state": {}, "props": {}}
    return wire.dumps({"seq": seq, "ok": False, "patch": patch, "error": error, "stdout": ""})
