"""The frame of an HTML page that stands alone: head, style, and a policy that lets nothing leave it."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from collections.abc import Iterable

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src {media}; "
    "media-src {media}; font-src {media}; form-action 'none'; base-uri 'none'"
)
"""What a page may do: run these scripts, show pictures and sounds from there, and nothing else."""

INSIDE = "data: blob:"
"""The `media` of a page that stands alone."""


def hashed(script: str) -> str:
    """The `scripts` of a page whose only script is this one; none for ""."""
    if not script:
        return "'none'"
    return f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def framed(
    title: str, body: str, styles: Iterable[str], policy: str, language: str = "en", generator: str = ""
) -> str:
    """A page. `body` is HTML; everything else is encoded here. `generator` is the program that made it."""
    made_by = f'<meta name="generator" content="{html.escape(generator)}">\n' if generator else ""
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy, quote=False)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{made_by}<title>{html.escape(title)}</title>\n{style_element(styles)}</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def style_element(sheets: Iterable[str]) -> str:
    """Style sheets as one element, which nothing in them ends; "" where there is none."""
    css = "\n".join(filter(None, sheets)).replace("</", "<\\/")
    return f"<style>\n{css}\n</style>\n" if css else ""
