"""Verbs with their variants, for rules, properties and forwards; the first form is the one that is stated."""

from __future__ import annotations

from typing import Any

calls = ("calls", "call")
connects = ("connects", "connect")
contains = ("contains", "contain")
defines = ("defines", "define")
deletes = ("deletes", "delete")
documents = ("documents", "document")
has = ("has", "have")
loads = ("loads", "load")
posts = ("posts", "post")
provides = ("provides", "provide")
returns = ("returns", "return")
runs = ("runs", "run")
saves = ("saves", "save")
shows = ("shows", "show")
stores = ("stores", "store")
supports = ("supports", "support")
uses = ("uses", "use")


def forms(verb: Any) -> tuple[str, ...]:
    """The variants of a verb, without the slash; raises TypeError where it is none."""
    found = (verb,) if isinstance(verb, str) else tuple(verb)
    if not found or not all(isinstance(form, str) and form.strip("/") for form in found):
        raise TypeError(f"a verb is a text or a tuple of texts, not {verb!r}")
    return tuple(form.removeprefix("/") for form in found)
