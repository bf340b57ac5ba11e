"""Short names for the local names of a JavaScript text, for modules that travel with every component.

A name that the text declares is changed wherever it is a variable. What is a variable, and what a property, a
key or a method, the tokens tell. Tokens that say nothing go too. The style of `browser/` makes this enough:
semicolons, no `eval`, no `with`, no labels, no empty statements, no holes in lists, no text inside of what a
text inserts, and in one function no global with the name of a variable there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, product
from typing import Literal

from moon_spa.jstokens import UnreadableError, joined, tokens

Role = Literal["variable", "property", "both", ""]
"""What a token names; "both" is the short form of a key with the variable of its name."""

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_INSERTED = re.compile(r"(?<=\$\{)[^}]*(?=\})")
_OPEN = {"(": ")", "[": "]", "{": "}"}
_STATEMENTS = frozenset({"if", "for", "while", "switch"})
_BEFORE_BLOCKS = frozenset({")", "=>", "else", "try", "catch", "finally", "do", "{", "}", ";", ""})
_BEFORE_MEMBERS = frozenset({"{", "}", ";", ",", "async", "get", "set", "static", "*"})
_TOP = frozenset({"async", "class", "const", "function", "let"})
_KEYWORDS = frozenset({"as", "do", "if", "in", "of"})
_LETTERS = "tesnioracldhfupmgbyvkxwqjzTESNIORACLDHFUPMGBYVKXWQJZ"
"""Those first that JavaScript has most of anyway: they cost fewest bits."""


def shrunk(text: str, keep: Iterable[str] = ()) -> str:
    """The text, small, with short names for what it declares itself; those of `keep` stay.

    Names at the top have one short name everywhere; those of a function have one in it alone.
    """
    read = _Read(tokens(text))
    places = [*read.declared()]
    shared = {read.tokens[at] for at in places if read.is_top(at)} - set(keep)
    short = _short(read.words, shared, _KEYWORDS | set(keep), 2)
    written: list[str] = []
    for start, end in read.parts():
        own = {read.tokens[at] for at in places if start <= at < end} - shared - set(keep)
        words = read.words[start:end]
        free = {word for some in words for word in some} - own
        names = {**short, **_short(words, own, _KEYWORDS | free | set(short.values()), 1)}
        needed = (at for at in range(start, end) if not read.is_idle(at))
        written += (_written(read.tokens[at], read.roles[at], names) for at in needed)
    return joined(written)


def _short(words: Iterable[list[str]], local: set[str], taken: Iterable[str], length: int) -> dict[str, str]:
    """A name of at least this length for each local name, the shortest for the one that is written most."""
    often = Counter(word for some in words for word in some if word in local)
    free = _names(set(taken) - local, length)
    return {name: next(free) for name, _ in often.most_common()}


def _names(taken: set[str], length: int) -> Iterator[str]:
    for letters in count(length):
        yield from (name for name in map("".join, product(_LETTERS, repeat=letters)) if name not in taken)


class _Read:
    """A text as tokens: what each names, and the position of the bracket that it stands in, -1 for none."""

    def __init__(self, given: list[str]) -> None:
        self.tokens = given
        self.ends: dict[int, int] = {}
        self.around: list[int] = []
        waiting: list[int] = []
        for at, token in enumerate(given):
            if waiting and token == _OPEN[given[waiting[-1]]]:
                self.ends[waiting.pop()] = at
            self.around.append(waiting[-1] if waiting else -1)
            if token in _OPEN:
                waiting.append(at)
        self.roles = [self.role(at) for at in range(len(given))]
        self.words = [_words(token, role) for token, role in zip(given, self.roles, strict=True)]

    def token(self, at: int) -> str:
        return self.tokens[at] if 0 <= at < len(self.tokens) else ""

    def brace(self, at: int) -> str:
        """What a token stands in: "object" for patterns too, "class", "block", or "" for other brackets."""
        start = self.around[at]
        if self.token(start) != "{":
            return "" if start >= 0 else "block"
        if "class" in (self.token(start - 2), self.token(start - 4)):
            return "class"
        return "block" if self.token(start - 1) in _BEFORE_BLOCKS else "object"

    def is_idle(self, at: int) -> bool:
        """Whether the text is the same without a token: an end before an end, brackets of one parameter."""
        token, before, after = self.token(at), self.token(at - 1), self.token(at + 1)
        if token == ";":
            return after == "}"
        if token == ",":
            return after in (")", "]", "}")
        if token == "(":
            return (
                self.token(at + 3) == "=>"
                and _WORD.fullmatch(after) is not None
                and self.token(at + 2) == ")"
            )
        return (
            token == ")"
            and after == "=>"
            and self.token(at - 2) == "("
            and _WORD.fullmatch(before) is not None
        )

    def role(self, at: int) -> Role:
        token, before, after = self.token(at), self.token(at - 1), self.token(at + 1)
        if not _WORD.fullmatch(token):
            return ""
        if before in (".", "?."):
            return "property"
        brace = self.brace(at)
        if brace in ("class", "object") and before in _BEFORE_MEMBERS:
            is_method = after == "(" and self.token(self.ends[at + 1] + 1) == "{"
            if is_method or after == ":" or (brace == "class" and after in ("=", ";")):
                return "property"
            return "both" if brace == "object" and after in (",", "}", "=") else "variable"
        return "variable"

    def parts(self) -> Iterator[tuple[int, int]]:
        """Statements at the top, a class member by member: from and to which token."""
        start = 0
        for at in range(1, len(self.tokens)):
            word, before = self.token(at), self.token(at - 1)
            is_member = self.brace(at) == "class" and before in ("{", ";", "}") and _WORD.fullmatch(word)
            if is_member or (self.around[at] < 0 and word in _TOP and before != "async"):
                yield start, at
                start = at
        yield start, len(self.tokens)

    def is_top(self, at: int) -> bool:
        """Whether a declared name belongs to no function."""
        outer = at
        while self.around[outer] >= 0:
            outer = self.around[outer]
        return outer == at or self.token(outer - 1) in ("const", "let")

    def declared(self) -> Iterator[int]:
        """Where names of variables, functions, classes and parameters are declared, those of patterns too."""
        for at, token in enumerate(self.tokens):
            after = self.token(at + 1)
            if token in ("function", "class") and _WORD.fullmatch(after):
                yield at + 1
            elif token in ("const", "let"):
                for one in self.declarators(at + 1):
                    if self.token(one) in _OPEN:
                        yield from self.bound(one)
                    else:
                        yield one
            elif (
                token == "("
                and self.token(self.ends[at] + 1) in ("{", "=>")
                and self.token(at - 1) not in _STATEMENTS
            ):
                yield from self.bound(at)

    def declarators(self, at: int) -> Iterator[int]:
        """Where the names or patterns of one `const` or `let` stand, the first at `at`."""
        yield at
        while self.token(at) not in (";", ")", "of", "in", ""):
            at = self.ends.get(at, at) + 1
            if self.token(at) == ",":
                yield at + 1

    def bound(self, start: int) -> Iterator[int]:
        """Where parameters or a pattern between brackets bind names."""
        for at in range(start + 1, self.ends[start]):
            is_first = self.token(at - 1) in ("(", "[", ",", "...") and self.brace(at) in ("", "object")
            if self.roles[at] == "both" or (self.roles[at] == "variable" and is_first):
                yield at


def _words(token: str, role: Role) -> list[str]:
    """The variables that a token names; a text may insert some."""
    if token[0] == "`":
        inserted = _INSERTED.findall(token)
        if len(inserted) != token.count("${"):
            raise UnreadableError(f"a text inside of what is inserted into a text: {token[:40]}")
        return [name for part in inserted for name in _WORD.findall(part)]
    return [token] if role in ("variable", "both") else []


def _written(token: str, role: Role, short: Mapping[str, str]) -> str:
    if token[0] == "`":
        return _INSERTED.sub(lambda match: _expression(match[0], short), token)
    if token == "const":
        return "let"
    if role == "both" and token in short:
        return f"{token}:{short[token]}"
    return short.get(token, token) if role == "variable" else token


def _expression(text: str, short: Mapping[str, str]) -> str:
    """What is inserted into a text, with short names."""
    read = _Read(tokens(text))
    return joined(_written(token, role, short) for token, role in zip(read.tokens, read.roles, strict=True))
