"""Inline Markdown: marks are taken away; a title also gives its links and its scopes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([ \t]*(<[^<>\n]*>|[^\s()]*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?[ \t]*\)"
)
_REFERENCE = re.compile(r"!?\[([^\[\]]*)\]\[[^\[\]]*\]")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_UNDERSCORES = re.compile(r"(?<![\w])(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)", re.S)
_SCOPES = re.compile(r"[ \t]*\{([^{}]*)\}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")


@dataclass(frozen=True, slots=True)
class Title:
    """A heading's text: `text` without links and scopes, to be read and written; `shown` without marks."""

    text: str
    shown: str
    links: tuple[str, ...]
    scopes: tuple[str, ...]


def without_marks(text: str) -> str:
    """`text` without emphasis, code spans, links, tags and comments; every line stays on its line."""
    if "<" in text:
        text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
        text = _TAG.sub(lambda match: "\n" * match[0].count("\n"), text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "][" in text:
        text = _REFERENCE.sub(r"\1", text)
    if "_" in text:
        text = _UNDERSCORES.sub(r"\2", text)
    for mark in ("*", "`", "~~"):
        text = text.replace(mark, "")
    return text


def read_title(raw: str) -> Title:
    """Take a heading apart; links to other places than files are no links here."""
    found = [match[2].strip("<>") for match in _LINK.finditer(raw) if not match[0].startswith("!")]
    links = [_path_of(url) for url in found if url and not _SCHEME.match(url)]
    text = _LINK.sub(r"\1", raw)
    scopes = [name.strip() for group in _SCOPES.findall(text) for name in group.split(",")]
    text = " ".join(_SCOPES.sub("", text).split())
    shown = " ".join(without_marks(text).replace("::", ":").split())
    return Title(text, shown, tuple(links), tuple(dict.fromkeys(filter(None, scopes))))


def _path_of(url: str) -> str:
    """The file that a link names."""
    path = url.partition("#")[0]
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)
