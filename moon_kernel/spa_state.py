"""State of live components as Python sees it: traits that know their types, a mapping, and stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any
from weakref import finalize, ref

from ipywidgets.widgets.widget import Widget
from traitlets import HasTraits, TraitError, TraitType

from moon_spa import wire
from moon_spa.live import copied, same
from moon_spa.requests import RefusedError, check_ints
from moon_spa.types import ANY, Type


class StateTrait(TraitType[Any, Any]):
    """A field of a state: values of its types only, as copies, told apart as Python and JSON do.

    `kinds` are the types that every value has; a store's field has one for each component that shares it.
    """

    def __init__(self, field: str, first: Any, kinds: list[Type]) -> None:
        super().__init__()
        self.field = field
        self.first = first
        self.kinds = kinds

    @property
    def kind(self) -> Type:
        """The type by which values travel."""
        return self.kinds[0] if self.kinds else ANY

    def default(self, obj: Any = None) -> Any:
        """The value that it begins with."""
        return copied(self.first)

    def validate(self, obj: Any, value: Any) -> Any:
        """A copy of the value, floats restored; TraitError for what is of another type or cannot travel."""
        try:
            for kind in self.kinds or [ANY]:
                value = wire.restore(value, kind)
                wire.encode(value, kind, f"state {self.field}")
                wrong = wire.mismatch(kind, value)
                if wrong:
                    raise TraitError(f"state {self.field} {wrong}")
            check_ints(value, f"state {self.field}")
        except (wire.WireError, RefusedError) as error:
            raise TraitError(str(error)) from None
        return copied(value)

    def set(self, obj: HasTraits, value: Any) -> None:
        """As every trait, but ``1``, ``1.0`` and ``True`` are three values."""
        assert self.name is not None
        new = self._validate(obj, value)
        old = obj._trait_values.get(self.name, self.first)
        obj._trait_values[self.name] = new
        if not same(old, new):
            obj._notify_trait(self.name, old, new)

    def get(self, obj: HasTraits, cls: type[Any] | None = None) -> Any:
        """A copy: a change within it would be seen by nobody."""
        return copied(super().get(obj, cls))

    def synced(self) -> StateTrait:
        """The trait, its values sent to the browser in wire form."""
        self.tag(
            sync=True,
            to_json=lambda value, _widget: wire.encode(value, self.kind),
            from_json=lambda data, _widget: wire.decode(data, self.kind, f"state {self.field}"),
        )
        return self


class LiveState(MutableMapping[str, Any]):
    """The state of a live component: ``state.count`` and ``state["count"]``, to read, set and observe.

    What is read is a copy: ``state["rows"] = [*state["rows"], row]`` changes it.
    """

    __slots__ = ("_keys", "_widget")

    def __init__(self, widget: Any, keys: Mapping[str, str]) -> None:
        object.__setattr__(self, "_widget", widget)
        object.__setattr__(self, "_keys", keys)

    def __getitem__(self, name: str) -> Any:
        return getattr(self._widget, self._keys[name])

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self._keys:
            raise KeyError(f"no state field {name!r}: setup declares {', '.join(self._keys) or 'none'}")
        setattr(self._widget, self._keys[name], value)

    def __delitem__(self, name: str) -> None:
        raise TypeError("a state field cannot be deleted")

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no state field {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._keys:
            raise AttributeError(f"no state field {name!r}")
        self[name] = value

    def __repr__(self) -> str:
        return f"LiveState({dict(self)!r})"

    def update(self, *others: Any, **values: Any) -> None:
        """Set several fields as one change: the browser shows all or none of them."""
        with self._widget.hold_sync():
            super().update(*others, **values)

    def observe(self, handler: Callable[[Any], Any], *names: str) -> None:
        """Call `handler(change)` when one of the fields changes, or any of them."""
        self._widget.observe(handler, [self._keys[name] for name in names or self._keys])

    def unobserve(self, handler: Callable[[Any], Any], *names: str) -> None:
        """Call it no more."""
        self._widget.unobserve(handler, [self._keys[name] for name in names or self._keys])


class Store(Widget):  # type: ignore[misc, unused-ignore]
    """State that several components share: ``shop = Store(cart=[], user="Ann")``.

    Its fields are traits. In the browser it is one model, so the components agree there without a kernel.
    """

    def __init__(self, **fields: Any) -> None:
        taken = set(dir(type(self)))
        for name in fields:
            if name in taken or name.startswith("_"):
                raise ValueError(f"a store cannot have a field called {name!r}: every widget has that name")
        self._shared: dict[str, StateTrait] = {
            name: StateTrait(name, value, []) for name, value in fields.items()
        }
        HasTraits.add_traits(self, **{name: trait.synced() for name, trait in self._shared.items()})
        super().__init__(**fields)  # type: ignore[no-untyped-call, unused-ignore]

    def __repr__(self) -> str:
        return f"Store({', '.join(f'{name}={getattr(self, name)!r}' for name in self._shared)})"

    def __contains__(self, name: str) -> bool:
        return name in self._shared

    def attach(self, widget: HasTraits, name: str, key: str, kind: Type) -> None:
        """Keep the trait `key` of a component equal to the field `name`, which has its type from now on.

        Raises TraitError where the present value has another one.
        """
        StateTrait(name, None, [kind]).validate(self, getattr(self, name))
        kinds = self._shared[name].kinds
        if kind not in kinds:
            kinds.append(kind)
        setattr(self, name, getattr(self, name))  # a float of that type by now
        setattr(widget, key, getattr(self, name))
        here = ref(widget)

        def tell(change: Any) -> None:
            if (one := here()) is not None:
                setattr(one, key, change["new"])

        self.observe(tell, name)
        finalize(widget, self.unobserve, tell, name)
        widget.observe(lambda change: setattr(self, name, change["new"]), key)
