"""One run of setup: the component, and the five sections that setup has returned or that its locals are.

A setup that returns a mapping has said all; a section that it leaves out is empty, except that the public
methods of the class are the actions, or the hooks of their names. A setup that returns nothing has its
sections in locals of their names, and its public local functions are actions, or hooks, too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from moon_spa.casts import CASTS, CastError, cast_value
from moon_spa.component import Component, State, StateField
from moon_spa.findings import Place, refusal
from moon_spa.props import Props
from moon_spa.rewriting import Inferred
from moon_spa.spec import HOOKS
from moon_spa.trace import Traced, _TraceState
from moon_spa.types import kind_of, with_article
from moonlight.hints import did_you_mean

SECTIONS = ("props", "state", "data", "actions", "lifecycle")

Where = Callable[[str, str | None], Place]
"""The place of a section, or of an entry of it."""


@dataclass
class Run:
    """A component after its setup: the raw sections, all five of them, and the props that setup got."""

    component: Component
    props: Props
    sections: dict[str, Any]
    inferred: bool

    def fields(self) -> dict[str, Any]:
        """The declared fields in order: first those of the class, then the section's."""
        return {**class_fields(type(self.component)), **self.sections["state"]}


def run_setup(cls: type[Component], props: Props, where: Where, follows: bool = False) -> Run:
    """Make a component and run its setup. What the user's code raises comes through as it is.

    With `follows` what `moon_spa.followable` tells is followed, with its JavaScript.
    """
    check_constructor(cls, where)
    component = cls()
    component.props = props
    component.state = tracing = _TraceState()
    component._setting_up, component._follows = True, [] if follows else None
    result = component.setup(props)
    component._setting_up = False
    if inspect.isawaitable(result) or inspect.isgenerator(result) or inspect.isasyncgen(result):
        _close(result)
        hint = "write `def setup(self, props):`, and wait in an async action or in the hook `created`"
        raise refusal("async-setup", "setup cannot wait or yield", where("", None), hint)
    _check_untraced(result, "sections", where("", None))
    inferred = isinstance(result, Inferred)
    if not isinstance(result, Mapping):
        hint = "return a mapping with the sections, or nothing"
        message = f"setup returned {_article(result)}"
        raise refusal("bad-return", message, where("", None), hint)
    sections = inferred_sections(result, cls) if inferred else returned_sections(result, where)
    _add_methods(
        sections, component, inferred or "actions" not in result, inferred or "lifecycle" not in result
    )
    for name, value in sections.items():
        what = {"state": "state fields", "lifecycle": "hooks"}.get(name, name)
        _check_untraced(value, what, where(name, None))
    _check_kinds(sections, where)
    _check_attributes(component, {"props": props, "state": tracing}, sections, where)
    for name, field in class_fields(cls).items():
        check_field(name, field, where)
    sections["state"] = named_fields(sections["state"], where)
    run = Run(component, props, sections, inferred)
    check_casts(run, where)
    return run


def start(run: Run) -> None:
    """Give the component its first state and its data; from here on operations change the state."""
    state = run.sections["state"]
    props = {**run.props, **run.sections["props"]}
    first = {name: first_value(value, props) for name, value in run.fields().items()}
    state.clear()
    state.update(first)
    run.component.state = State(state)
    run.component.data = run.sections["data"]
    section = run.sections["props"]
    run.component.props = section if isinstance(section, Props) else Props(props)


def first_value(declared: Any, props: Mapping[str, Any]) -> Any:
    """The first value of a field with these props; they have been cast before."""
    if not isinstance(declared, StateField):
        return declared
    value = None if declared.from_prop is None else props.get(declared.from_prop)
    value = declared.default if value is None else value
    if declared.cast is None or value is None:
        return value
    try:
        return cast_value(declared.cast, value)
    except CastError:
        return cast_value(declared.cast, declared.default)


def _check_untraced(value: Any, what: str, place: Place) -> None:
    """Refuse what a prop decides as a whole: its entries are plain values."""
    if isinstance(value, Traced):
        message = f"which {what} there are depends on props"
        hint = "write them all, and let props decide the first value of each"
        raise refusal("depends-on-props", message, place, hint)


def _close(result: Any) -> None:
    close = getattr(result, "close", None)
    if close is not None:
        close()


def _article(value: Any) -> str:
    return "nothing" if value is None else kind_of(value)


def check_constructor(cls: type[Component], where: Where) -> None:
    """Refuse a constructor that needs arguments: nobody could give them."""
    if cls.__init__ is object.__init__ and cls.__new__ is object.__new__:
        return
    try:
        inspect.signature(cls).bind()
    except TypeError:
        hint = "write it without arguments; what varies are the props"
        raise refusal(
            "constructor", f"the constructor of {cls.__name__} needs arguments", where("", None), hint
        ) from None
    except ValueError:
        return


def returned_sections(result: Mapping[str, Any], where: Where) -> dict[str, Any]:
    """The sections of a returned mapping, all five."""
    for name in result:
        if name not in SECTIONS:
            hint = did_you_mean(str(name), SECTIONS, f"the sections are {', '.join(SECTIONS)}")
            raise refusal("unknown-section", f"{name!r} is no section", where(str(name), None), hint)
    return {name: result.get(name, {}) for name in SECTIONS}


def inferred_sections(variables: Mapping[str, Any], cls: type[Component]) -> dict[str, Any]:
    """The sections that local variables are: by their names, and the public functions of setup."""
    sections = {name: variables.get(name, {}) for name in SECTIONS}
    inside = f"{cls.setup.__qualname__}.<locals>."
    functions = {
        name: value
        for name, value in variables.items()
        if isinstance(value, FunctionType)
        and value.__qualname__.startswith(inside)
        and not name.startswith("_")
        and name not in SECTIONS
    }
    for section, hooks in (("lifecycle", True), ("actions", False)):
        given = sections[section]
        if not isinstance(given, dict):
            continue
        known = {id(value) for value in given.values()} if section == "actions" else set()
        found = {n: f for n, f in functions.items() if (n in HOOKS) == hooks and id(f) not in known}
        sections[section] = {**found, **given}
    return sections


def _add_methods(sections: dict[str, Any], component: Component, actions: bool, lifecycle: bool) -> None:
    """Public methods of the class as actions, and hooks by their names, where nothing else is said."""
    for name in methods_of(type(component)):
        section = "lifecycle" if name in HOOKS else "actions"
        wanted = lifecycle if name in HOOKS else actions
        if wanted and isinstance(sections[section], dict) and name not in sections[section]:
            sections[section] = {**sections[section], name: getattr(component, name)}


def methods_of(cls: type[Component]) -> list[str]:
    """Names of the public methods of a component's classes, in the order of their definitions."""
    found: dict[str, None] = {}
    for base in reversed(cls.__mro__[: cls.__mro__.index(Component)]):
        for name, value in vars(base).items():
            if name != "setup" and not name.startswith("_") and isinstance(value, FunctionType):
                found[name] = None
    return [name for name in found if isinstance(inspect.getattr_static(cls, name), FunctionType)]


def class_fields(cls: type[Component]) -> dict[str, StateField]:
    """State fields that are attributes of the class, by name."""
    found = {}
    for base in reversed(cls.__mro__[: cls.__mro__.index(Component)]):
        for name, value in vars(base).items():
            if isinstance(value, StateField):
                given: Any = value.name
                found[given if given and isinstance(given, str) else name] = value
    return found


def _check_attributes(
    component: Component, given: Mapping[str, Any], sections: Mapping[str, Any], where: Where
) -> None:
    """Refuse `self.state = {...}` in setup or in the class: what a component has are the sections."""
    for name in ("state", "data", "props"):
        inherited = getattr(type(component), name)
        found = [vars(component)[name]] if name in vars(component) else []
        found += [inherited] if isinstance(inherited, Mapping | list | tuple) else []
        known = (sections[name], given.get(name), vars(Component)[name])
        if any(all(value is not one for one in known) for value in found):
            message = f"`self.{name}` is set, and is no section"
            hint = f"write `{name} = {{...}}` in setup, a local variable, or return it in a mapping"
            raise refusal("bad-section", message, where(f"self.{name}", None), hint)


def _check_kinds(sections: dict[str, Any], where: Where) -> None:
    kinds: Mapping[str, Any] = {"state": dict | list | tuple, "data": dict, "actions": Mapping}
    for name, value in sections.items():
        if value is None:
            sections[name] = {}
        elif not isinstance(value, kinds.get(name, Mapping)):
            hint = f'write `"{name}": {{...}}`'
            raise refusal("bad-section", f"the section {name} is {_article(value)}", where(name, None), hint)


def named_fields(declared: Any, where: Where) -> dict[str, Any]:
    """The section `state` as a dict, which stays the same object where it is one."""
    found: dict[str, Any] = declared if isinstance(declared, dict) else {}
    if found is not declared:
        for field in declared:
            if not isinstance(field, StateField) or not field.name:
                hint = 'in a list write `StateField("count", default=0)`'
                raise refusal("bad-field", f"{field!r} is no state field", where("state", None), hint)
            if field.name in found:
                message = f"two state fields are called {field.name}"
                raise refusal("field-twice", message, where("state", field.name), "rename one of them")
            found[field.name] = field
    for name, value in found.items():
        check_field(name, value, where)
    return found


def check_field(name: Any, value: Any, where: Where) -> None:
    """Refuse a field that cannot be."""
    place = where("state", str(name))
    check_name("state field", name, place)
    if not isinstance(value, StateField):
        return
    called: Any = value.name
    if not isinstance(called, str):
        message = f"the field {name} is called {called!r} in its StateField"
        raise refusal("bad-field", message, place, f"write `StateField(default={called!r})`")
    if value.name and value.name != name:
        message = f"the field {name} is called {value.name!r} in its StateField"
        raise refusal("bad-field", message, place, "leave the name out, or write the same one")
    if value.from_prop is not None:
        check_name("prop", value.from_prop, place)
    if value.cast is None:
        return
    if value.cast not in CASTS:
        hint = did_you_mean(str(value.cast), CASTS, f"the casts are {', '.join(CASTS)}")
        raise refusal("unknown-cast", f"the field {name} has the cast {value.cast!r}", place, hint)
    if value.default is not None:
        try:
            cast_value(value.cast, value.default)
        except CastError as error:
            message = f"the default of {name}: {error}"
            raise refusal("bad-default", message, place, f"write a default that is {value.cast}") from None


def check_casts(run: Run, where: Where) -> None:
    """Refuse a prop that two fields cast in different ways: it is cast once, before setup sees it."""
    known: dict[str, str] = {}
    for name, value in run.fields().items():
        if not isinstance(value, StateField) or value.from_prop is None or value.cast is None:
            continue
        before = known.setdefault(value.from_prop, value.cast)
        if before != value.cast:
            message = f"the prop {value.from_prop} is cast to {before} and to {value.cast}"
            hint = "cast it once, and compute the other value from it"
            raise refusal("two-casts", message, where("state", name), hint)


def check_name(what: str, name: Any, place: Place) -> None:
    """Refuse what cannot be the name of a field, a prop or an action."""
    if isinstance(name, str) and name and name != "__proto__" and len(name) <= 200 and name.isprintable():
        return
    hint = "write a text that Python and JavaScript can both use as a key"
    raise refusal("bad-name", f"{name!r} cannot be the name of {with_article(what)}", place, hint)
