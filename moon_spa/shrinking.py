"""Short names for the local names of a JavaScript text, for modules that travel with every component.

A name that the text declares is changed wherever it is a variable. What is a variable, and what a property, a
key or a method, the tokens tell. Tokens that say nothing go too. The style of `browser/` makes this enough:
semicolons, no `eval`, no `with`, no labels, no empty statements, no holes in lists, no text inside of what a
text inserts, and in one function no global with the name of a variable there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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
_DECLARATIONS = ("const", "let")
_KEYWORDS = frozenset({"as", "do", "if", "in", "of"})
_LETTERS = "tesnioracldhfupmgbyvkxwqjzTESNIORACLDHFUPMGBYVKXWQJZ"
"""Those first that JavaScript has most of anyway: they cost fewest bits."""


def shrunk(text: str, keep: Iterable[str] = ()) -> str:
    """The text, small, with short names for what it declares itself; those of `keep` stay."""
    read = _Read(tokens(text))
    scopes = _scopes(read, set(keep))
    joints = set(read.joints())
    written = []
    for at, token in enumerate(read.tokens):
        if at in joints:
            written.append(",")
        elif at - 1 not in joints and not read.is_idle(at):
            scope = scopes[read.inside[at]]
            short = {name: scope.short_of(name) for name in read.words[at]}
            written.append(_written(token, read.roles[at], short))
    return joined(written)


@dataclass(eq=False)
class _Scope:
    """A function, or the text as a whole: what it declares, and what it and all in it mention.

    `outer` are the variables of scopes around it and the names that nobody declares.
    """

    parent: _Scope | None
    own: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)
    short: dict[str, str] = field(default_factory=dict)

    def mention(self, name: str) -> None:
        scope: _Scope | None = self
        while scope and name not in scope.own:
            scope.outer.add(name)
            scope = scope.parent
        if scope:
            scope.short.setdefault(name, name)

    def short_of(self, name: str) -> str:
        """What a name is called here."""
        scope: _Scope | None = self
        while scope:
            if name in scope.own:
                return scope.short[name]
            scope = scope.parent
        return name

    def name_all(self) -> None:
        """Gives each name of this scope a short one, in the order in which they are mentioned."""
        taken = {self.parent.short_of(name) if self.parent else name for name in self.outer}
        free = _names(taken | _KEYWORDS)
        self.short = {name: next(free) for name in self.short}


def _scopes(read: _Read, keep: set[str]) -> list[_Scope]:
    """The scopes of a text in the order of `read.functions`, all names given."""
    scopes: list[_Scope] = []
    for start, _ in read.functions:
        scopes.append(_Scope(scopes[read.inside[start - 1]] if start else None))
    for at in read.declared():
        if read.inside[at] or read.tokens[at] not in keep:
            scopes[read.inside[at]].own.add(read.tokens[at])
    for at, words in enumerate(read.words):
        for name in words:
            scopes[read.inside[at]].mention(name)
    for scope in scopes:
        scope.name_all()
    return scopes


def _names(taken: set[str]) -> Iterator[str]:
    for letters in count(1):
        yield from (name for name in map("".join, product(_LETTERS, repeat=letters)) if name not in taken)


class _Read:
    """A text as tokens: what each names, the position of the bracket that it stands in, -1 for none.

    `functions` are from and to which token, parameters and body, after the text as a whole; `inside` says of
    each token in which of them it stands.
    """

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
        self.functions = [(0, len(given)), *self.nested()]
        self.inside = [0] * len(given)
        for number, (start, end) in enumerate(self.functions):
            self.inside[start:end] = [number] * (end - start)

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

    def declared(self) -> Iterator[int]:
        """Where names of variables, functions, classes and parameters are declared, those of patterns too."""
        for at, token in enumerate(self.tokens):
            after = self.token(at + 1)
            if token == "function" and after == "*" and _WORD.fullmatch(self.token(at + 2)):
                yield at + 2
            elif token in ("function", "class") and _WORD.fullmatch(after):
                yield at + 1
            elif token in _DECLARATIONS:
                for one in self.declarators(at + 1):
                    if self.token(one) in _OPEN:
                        yield from self.bound(one)
                    else:
                        yield one
            elif token == "(" and self.is_head(at):
                yield from self.bound(at)

    def is_head(self, at: int) -> bool:
        """Whether a bracket holds parameters, or what `catch` binds."""
        return self.token(self.ends[at] + 1) in ("{", "=>") and self.token(at - 1) not in _STATEMENTS

    def nested(self) -> Iterator[tuple[int, int]]:
        """The functions in the text, each before those inside of it."""
        for at, token in enumerate(self.tokens):
            if token == "(" and self.is_head(at) and self.token(at - 1) != "catch":
                body = self.ends[at] + 1
                yield at, self.ends[body] + 1 if self.token(body) == "{" else self.expression_end(body + 1)

    def expression_end(self, at: int) -> int:
        """Behind the body of an arrow function, which begins at `at`."""
        if self.token(at) == "{":
            return self.ends[at] + 1
        choices = 0
        while self.token(at) not in (",", ";", ")", "]", "}", ""):
            choices += {"?": 1, ":": -1}.get(self.token(at), 0)
            if choices < 0:
                break
            at = self.ends.get(at, at) + 1
        return at

    def declarators(self, at: int) -> Iterator[int]:
        """Where the names or patterns of one `const` or `let` stand, the first at `at`."""
        yield at
        yield from (one + 1 for one in self.declaration(at) if self.token(one) == ",")

    def declaration(self, at: int) -> Iterator[int]:
        """The tokens of a `const` or `let` with the one behind it; what stands in brackets is left out."""
        while self.token(at) not in (";", ")", "of", "in", ""):
            at = self.ends.get(at, at) + 1
            yield at

    def joints(self) -> Iterator[int]:
        """Where a `const` or `let` ends before another one: both can be one."""
        for at, token in enumerate(self.tokens):
            if token in _DECLARATIONS:
                *_, end = self.declaration(at + 1)
                if self.token(end) == ";" and self.token(end + 1) in _DECLARATIONS:
                    yield end

    def bound(self, start: int) -> Iterator[int]:
        """Where parameters or a pattern between brackets bind names."""
        for at in range(start + 1, self.ends[start]):
            before = self.token(at - 1)
            is_first = before in ("(", "[", ",", "...") or (
                before == ":" and self.roles[at - 2] == "property"
            )
            is_name = self.roles[at] == "both" or (self.roles[at] == "variable" and is_first)
            if is_name and self.is_pattern(self.around[at], start):
                yield at

    def is_pattern(self, at: int, start: int) -> bool:
        """Whether a bracket binds names as the one at `start` around it does: it is no default, no call."""
        while at != start:
            if self.token(at) == "(" or self.token(at - 1) not in ("(", "[", ",", ":", "..."):
                return False
            at = self.around[at]
        return True


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
