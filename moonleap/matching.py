"""Patterns of rules: which terms and resources they match, and which of them is the most specific."""

from __future__ import annotations

from dataclasses import dataclass

from moonleap.terms import WILDCARD, Term


@dataclass(frozen=True, slots=True)
class Pattern:
    """A term pattern; a part that is None matches every text. `cls` asks for a class of resources instead."""

    name: str | None = None
    data: str | None = None
    tag: str | None = None
    cls: type | None = None

    def __str__(self) -> str:
        if self.cls is not None:
            return self.cls.__name__
        name = f"{self.name}+" if self.name is not None else ""
        data = f"{self.data}:" if self.data is not None else ""
        return f"{name}{data}{self.tag or WILDCARD}"

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Of two patterns the greater one is more specific: a literal tag, then data, then name."""
        return self.tag is not None, self.data is not None, self.name is not None

    def matches(self, term: Term) -> bool:
        """Whether the parts that are given are those of the term."""
        return (
            (self.tag is None or self.tag == term.tag)
            and (self.data is None or self.data == term.data)
            and (self.name is None or self.name == term.name)
        )


def is_kind(cls: type, target: type) -> bool:
    """Whether a class is `target` or derives from it.

    A class of the same name from the same module is the same one: a cell that ran again, or a session that
    imported the module again, made it anew.
    """
    if issubclass(cls, target):
        return True
    name, module = target.__qualname__, target.__module__
    return any(base.__qualname__ == name and base.__module__ == module for base in cls.__mro__)


def read_pattern(value: object) -> Pattern:
    """The pattern of `"item"`, `"project:item"`, `":item"`, `"main+todo:item"` or a class.

    Raises TypeError or ValueError where it is none.
    """
    if isinstance(value, type):
        return Pattern(cls=value)
    if isinstance(value, Term):
        return Pattern(value.name or None, value.data, value.tag)
    if not isinstance(value, str):
        raise TypeError(f"a pattern is a text or a class, not {value!r}")
    rest, colon, tag = value.rpartition(":")
    name, plus, data = rest.partition("+") if colon else tag.partition("+")
    if not plus:
        name, data = "", name
    if not colon:
        tag, data = data, ""
    if not tag or any(part.isspace() for part in value):
        raise ValueError(f"{value!r} is no pattern: write a tag, data:tag or name+data:tag")
    return Pattern(
        _part(name) if plus else None,
        _part(data) if colon else None,
        _part(tag),
    )


def _part(text: str) -> str | None:
    return None if text == WILDCARD else text
