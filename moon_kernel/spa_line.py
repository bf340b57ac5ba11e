"""The line behind ``%spa``: a name, props as ``name=expression``, and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from IPython.core.error import UsageError

from moon_kernel.magics import guess
from moon_kernel.spa_cells import FLAGS, OPTIONS, WITH_VALUE

_PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass
class SpaLine:
    """What a line asks for; expressions are not evaluated yet."""

    name: str = ""
    flags: frozenset[str] = frozenset()
    values: dict[str, str] = field(default_factory=dict)
    """Option -> its word."""
    props: list[tuple[str | None, str]] = field(default_factory=list)
    """Name and expression of each prop; without a name the expression is a mapping of props."""

    def evaluated(self, namespace: dict[str, Any]) -> dict[str, Any]:
        """The props; expressions see the names of the notebook. What they raise comes through."""
        __tracebackhide__ = True
        found: dict[str, Any] = {}
        for name, expression in self.props:
            value = _evaluated(expression, namespace)
            if name is not None:
                found[name] = value
            elif isinstance(value, Mapping):
                found.update(value)
            else:
                raise UsageError(f"%spa: {expression} is no mapping of props; write name={expression}")
        return found


def read_line(line: str, *, needs_name: bool = True) -> SpaLine:
    """Read the words behind the magic; raises UsageError for what it does not know."""
    found = SpaLine()
    flags: set[str] = set()
    words = iter(split(line))
    for word in words:
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if word.startswith("-") and option not in OPTIONS:
            raise UsageError(f"%spa has no option {option!r}{guess(option, OPTIONS)}")
        if option in FLAGS:
            flags.add(option)
        elif option in WITH_VALUE:
            found.values[option] = _unquoted(value if equals else next(words, ""))
            if not found.values[option]:
                raise UsageError(f"%spa: {option} needs {WITH_VALUE[option]}")
        else:
            _take(found, word)
    if needs_name and not found.name:
        raise UsageError("%spa takes the name of one component; see %spa?")
    found.flags = frozenset(flags)
    return found


def _take(found: SpaLine, word: str) -> None:
    """A word that is no option: the name, a prop, or a mapping of props."""
    word = word.rstrip(",")
    name, equals, expression = word.partition("=")
    if equals and name.isidentifier() and expression and not expression.startswith("="):
        found.props.append((name, expression))
    elif word.endswith("=") or word.startswith("="):
        raise UsageError(f"%spa: write {name or 'name'}=value without blanks around the sign")
    elif not found.name and not found.props and not word.startswith("{"):
        found.name = word
    elif word:
        found.props.append((None, word))


def split(line: str) -> list[str]:
    """The words of a line; blanks within quotes and brackets are part of a word."""
    words, word, quote, closing = [], "", "", ""
    escaped = False
    for character in line:
        if quote:
            quote = "" if character == quote and not escaped else quote
            escaped = character == "\\" and not escaped
        elif character in "\"'":
            quote = character
        elif character in _PAIRS:
            closing += _PAIRS[character]
        elif closing.endswith(character):
            closing = closing[:-1]
        elif character.isspace() and not closing:
            words.append(word)
            word = ""
            continue
        word += character
    if quote or closing:
        raise UsageError(f"%spa: {(quote or closing[-1])} is missing")
    return [one for one in (*words, word) if one]


def _evaluated(expression: str, namespace: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    try:
        code = compile(expression, "<%spa>", "eval")
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"%spa: {expression} is no Python expression: {error}") from None
    return eval(code, namespace)


def _unquoted(word: str) -> str:
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "'\""
    return word[1:-1] if quoted else word
