"""Lists of chosen values: inputs of a template that fill a list or set which begins empty."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping

from moon_spa.templates.markup import Data, MarkupError, Tag, read_markup
from moon_spa.types import NEVER, STR, ListOf, Record, SetOf, Type


def learned(types: Mapping[str, Type], template: str) -> Mapping[str, Type]:
    """`types` of state, where an empty list or set that ``l-model`` fills in `template` is one of texts.

    A template that is not well-formed teaches nothing; that it is wrong is found later.
    """
    if "l-model" not in template or not any(map(_has_empty, types.values())):
        return types
    try:
        paths = [path.removeprefix("state.").split(".") for path in _paths(read_markup(template))]
    except MarkupError:
        return types
    found = dict(types)
    for name, *keys in paths:
        if name in found:
            found[name] = _filled(found[name], keys)
    return found


def _paths(tags: Iterable[Tag | Data]) -> Iterator[str]:
    """What ``l-model`` says of inputs that choose several values."""
    for tag in tags:
        if isinstance(tag, Tag):
            given = {one.name: one.value or "" for one in tag.attributes}
            if "l-model" in given and chooses_several(tag.name, given):
                yield html.unescape(given["l-model"]).strip()
            yield from _paths(tag.children)


def chooses_several(tag: str, given: Mapping[str, str]) -> bool:
    """Whether an input with these attributes is a select of several options, or a checkbox of a group."""
    if tag == "select":
        return "multiple" in given
    is_checkbox = tag == "input" and given.get("type", "").lower() == "checkbox"
    return is_checkbox and bool(given.keys() & {"value", ":value"})


def _has_empty(found: Type) -> bool:
    if isinstance(found, Record):
        return any(_has_empty(item) for _, item in found.fields)
    return isinstance(found, ListOf | SetOf) and found.item is NEVER


def _filled(found: Type, keys: list[str]) -> Type:
    """A type in which the list or set under the keys has texts, if it is an empty one."""
    if isinstance(found, Record) and keys:
        fields = ((key, _filled(item, keys[1:]) if key == keys[0] else item) for key, item in found.fields)
        return Record(tuple(fields))
    if keys or not _has_empty(found):
        return found
    return ListOf(STR) if isinstance(found, ListOf) else SetOf(STR)
