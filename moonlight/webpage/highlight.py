"""Python in colours, where pygments is at hand; IPython brings it."""

from __future__ import annotations

import html
from collections.abc import Callable

LIGHT, DARK = "default", "github-dark"


def highlighter() -> tuple[Callable[[str, str], str], str]:
    """A function from code and its language to HTML, and the style sheet for that."""
    try:
        from pygments import highlight
        from pygments.formatters.html import HtmlFormatter
        from pygments.lexers import get_lexer_by_name
        from pygments.util import ClassNotFound
    except ImportError:
        return _plain, ""
    formatter = HtmlFormatter(nowrap=True, style=LIGHT)

    def coloured(code: str, language: str) -> str:
        try:
            lexer = get_lexer_by_name(language, stripnl=False)
        except ClassNotFound:
            return _plain(code, language)
        return str(highlight(code, lexer, formatter))

    return (
        coloured,
        f"{_sheet(formatter)}\n@media (prefers-color-scheme:dark){{\n{_sheet(HtmlFormatter(style=DARK))}\n}}",
    )


def _plain(code: str, language: str) -> str:
    return html.escape(code)


def _sheet(formatter: object) -> str:
    """The rules for tokens; the background is the page's."""
    rules = formatter.get_style_defs(".code")  # type: ignore[attr-defined]
    return "\n".join(rule for rule in str(rules).splitlines() if rule.startswith(".code ."))
