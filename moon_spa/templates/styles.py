"""Scoped styles: every selector of a template's ``<style>`` is bound to the elements of its component."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

KEPT = ("@font-face", "@keyframes", "@-webkit-keyframes", "@property", "@counter-style", "@page")
"""At-rules whose blocks hold no selectors of elements."""

NESTED = ("@media", "@supports", "@container", "@layer", "@scope", "@starting-style")
"""At-rules whose blocks hold rules."""

_TOKEN = re.compile(
    r"""
    /\*.*?(?:\*/|\Z)
  | "(?:\\.|[^"\\])*"
  | '(?:\\.|[^'\\])*'
  | \\.
  | [{}();,\[\]]
  | [^"'\\{}();,\[\]/]+
  | .
    """,
    re.DOTALL | re.VERBOSE,
)
_PSEUDO_CLASSES = re.compile(r"(?:::?[\w-]+(?:\((?:[^()]|\([^()]*\))*\))?)+\Z")


class StyleError(Exception):
    """The CSS is wrong at an offset of its text."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.offset, self.hint = message, offset, hint


def scope_attribute(name: str, css: str) -> str:
    """The attribute that marks the elements of a component; "" where it has no style."""
    if not css.strip():
        return ""
    text = f"{name}\0{css}".encode(errors="replace")
    return f"data-m-{hashlib.sha256(text).hexdigest()[:8]}"


def scoped(css: str, mark: str) -> str:
    """`css` for elements that have the attribute `mark` only. Raises StyleError."""
    if "</" in css:
        raise StyleError("`</` ends a `<style>`", css.index("</"), "write it as `<\\/`")
    return _Scoper(css, mark).rules()


class _Scoper:
    """Walks the tokens of a style and writes it again with changed selectors."""

    def __init__(self, css: str, mark: str) -> None:
        self.css, self.mark = css, mark
        self.tokens = [(match[0], match.start()) for match in _TOKEN.finditer(css)]
        self.position = 0

    def rules(self) -> str:
        found = "".join(self.until_close(0))
        if self.position < len(self.tokens):
            raise StyleError("`}` closes nothing", self.tokens[self.position][1])
        return found

    def until_close(self, depth: int) -> Iterator[str]:
        """The rules up to the `}` of the block they stand in."""
        prelude: list[str] = []
        while self.position < len(self.tokens):
            token, offset = self.tokens[self.position]
            if token == "}":
                break
            self.position += 1
            if token.startswith("/*"):
                continue
            if token == ";" and "".join(prelude).strip().startswith("@"):
                yield self.statement("".join(prelude), offset)
                prelude = []
            elif token == "{":
                yield self.block("".join(prelude), offset, depth)
                prelude = []
            else:
                prelude.append(token)
        rest = "".join(prelude)
        if rest.strip():
            raise StyleError(f"`{rest.strip()[:40]}` has no block", len(self.css), "write `selector { … }`")
        yield rest

    def statement(self, text: str, offset: int) -> str:
        if re.match(r"\s*@(import|charset|namespace)\b", text, re.IGNORECASE):
            name = text.split()[0]
            raise StyleError(f"`{name}` in the style of a component", offset, "put it into the page")
        return f"{text};"

    def block(self, prelude: str, offset: int, depth: int) -> str:
        name = prelude.strip().split(None, 1)[0].split("(")[0].lower() if prelude.strip() else ""
        if name in NESTED and depth < 20:
            return f"{prelude}{{{''.join(self.until_close(depth + 1))}{self.close(offset)}"
        if name.startswith("@") and name not in KEPT:
            raise StyleError(f"`{name}` is not known", offset, f"there are {', '.join((*NESTED, *KEPT))}")
        if not name:
            raise StyleError("a block without a selector", offset)
        head = prelude if name.startswith("@") else self.selectors(prelude)
        return f"{head}{{{''.join(self.raw(offset))}"

    def close(self, offset: int) -> str:
        if self.position >= len(self.tokens):
            raise StyleError("`{` is not closed", offset, "write `}`")
        self.position += 1
        return "}"

    def raw(self, offset: int) -> Iterator[str]:
        """The text of a block as it is, nested blocks too, which belong to the scoped element."""
        depth = 1
        while depth:
            if self.position >= len(self.tokens):
                raise StyleError("`{` is not closed", offset, "write `}`")
            token, _ = self.tokens[self.position]
            self.position += 1
            depth += (token == "{") - (token == "}")
            if not token.startswith("/*"):
                yield token

    def selectors(self, prelude: str) -> str:
        parts, depth, start = [], 0, 0
        for match in _TOKEN.finditer(prelude):
            depth += (match[0] in "([") - (match[0] in ")]") if len(match[0]) == 1 else 0
            if match[0] == "," and depth == 0:
                parts.append(prelude[start : match.start()])
                start = match.end()
        return ",".join(self.selector(part) for part in [*parts, prelude[start:]])

    def selector(self, text: str) -> str:
        """The mark goes to the last element of a selector, before its pseudo-classes and -elements."""
        bare = text.rstrip()
        if not bare.strip():
            return text
        match = _PSEUDO_CLASSES.search(bare)
        at = match.start() if match else len(bare)
        return f"{bare[:at]}[{self.mark}]{bare[at:]}{text[len(bare) :]}"
