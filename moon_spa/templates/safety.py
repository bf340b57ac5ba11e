"""What a template may not do, and how values are encoded for text, attributes, URLs, styles and classes."""

from __future__ import annotations

import re

URL_ATTRIBUTES = frozenset(
    [
        "action",
        "background",
        "cite",
        "classid",
        "codebase",
        "data",
        "formaction",
        "href",
        "longdesc",
        "manifest",
        "ping",
        "poster",
        "profile",
        "src",
        "srcset",
        "usemap",
        "xlink:href",
    ]
)
MEDIA = frozenset({"audio", "image", "img", "input", "source", "track", "video"})
SCHEMES = ("ftp", "http", "https", "mailto", "sms", "tel")
MEDIA_DATA = ("audio/", "image/", "video/")
UNSAFE = "unsafe:"

_REFUSED_TAGS = {
    "script": "does not belong in a template: behaviour is in actions",
    "base": "would change every address of the page",
    "style": "belongs at the top of the template, not inside of an element",
    "link": "does not belong in a template: write a `<style>`",
    "meta": "does not belong in a template",
    "noscript": "does not belong in a template: the page is there without script",
    "xmp": "is not supported: browsers read what is in it as text",
    "plaintext": "is not supported: browsers read what follows as text",
    "noembed": "is not supported: browsers read what is in it as text",
    "noframes": "is not supported: browsers read what is in it as text",
    "html": "is the page's own",
    "head": "is the page's own",
    "body": "is the page's own",
    "frameset": "is the page's own",
}
_TAG_NAME = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_ANIMATIONS = frozenset({"animate", "animatecolor", "animatemotion", "animatetransform", "set"})
_ANIMATED = frozenset({"attributename", "by", "from", "to", "values"})
_ADDRESSES = frozenset({"href", "xlink:href"})
_SCRIPTS = ("javascript", "vbscript")
_BLANK = re.compile(r"[\x00-\x20]+")
_SCHEME = re.compile(r"([^:/?#]*):")
_PROPERTY = re.compile(r"-{0,2}[A-Za-z][\w-]*", re.ASCII)
_BAD_STYLE = re.compile(
    r"[;{}<>\\\x00-\x1f]|/\*|url\s*\(|image-set\s*\(|expression\s*\(|@import", re.IGNORECASE
)


def refused_tag(tag: str) -> str:
    """Why an element is refused, "" where it is not."""
    if not _TAG_NAME.fullmatch(tag):
        return "is no name of an element: a prefix could make a script of it"
    return _REFUSED_TAGS.get(tag, "")


def refused_attribute(tag: str, name: str, value: str | None) -> str:
    """Why an attribute is refused, "" where it is not; `value` is None where it is not known."""
    low, animates = name.lower(), tag.lower() in _ANIMATIONS
    if value is None and animates and low in _ANIMATED:
        return "could animate an address into script: write its values out"
    if animates and low == "attributename" and (value or "").strip().lower() in _ADDRESSES:
        return "could animate an address into script: bind the address itself"
    if low.startswith("on") or (low in URL_ATTRIBUTES and _runs_script(value or "")):
        return "runs script"
    return "is a page of its own with script" if low == "srcdoc" else ""


def _runs_script(address: str) -> bool:
    match = _SCHEME.match(_BLANK.sub("", address).lower())
    return match is not None and match[1] in _SCRIPTS


def is_property(name: str) -> bool:
    """Whether `name` is the name of a CSS property."""
    return bool(_PROPERTY.fullmatch(name))


def text(value: str) -> str:
    """`value` as HTML text."""
    value = clean(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace("\r", "&#13;") if "\r" in value else value


def attribute(value: str) -> str:
    """`value` between double quotes."""
    return text(value).replace('"', "&quot;").replace("\n", "&#10;")


def clean(value: str) -> str:
    """`value` without what a document cannot hold: NUL and lone surrogates become U+FFFD."""
    if "\0" not in value and value.isascii():
        return value
    return re.sub("[\0\ud800-\udfff]", "\ufffd", value)


def url(tag: str, name: str, value: str) -> str:
    """`value` where its scheme runs no script, else marked ``unsafe:``, which no browser opens."""
    if name in ("srcset", "ping"):
        parts = value.split(",") if name == "srcset" else value.split()
        return value if all(_is_safe(tag, name, part) for part in parts) else UNSAFE + value
    return value if _is_safe(tag, name, value) else UNSAFE + value


def _is_safe(tag: str, name: str, value: str) -> bool:
    bare = _BLANK.sub("", value).lower()
    match = _SCHEME.match(bare)
    if not match or match[1] in SCHEMES:
        return True
    if tag not in MEDIA or name not in ("src", "poster", "href", "xlink:href"):
        return False
    return match[1] == "blob" or (match[1] == "data" and bare[5:].startswith(MEDIA_DATA))


def declaration(name: str, value: object, shown: str) -> str:
    """``name: value;``, "" for None, False, and values that would leave their place or load something."""
    if value is None or value is False or not is_property(name) or _BAD_STYLE.search(shown):
        return ""
    return f"{name}: {shown.strip()};"


def static_style(value: str) -> str:
    """The text of a plain ``style``, ready to be followed by bound declarations."""
    bare = clean(value).strip().rstrip(";")
    return f"{bare};" if bare else ""


def declarations(value: str) -> str:
    """The declarations of a text, each judged like one of its own."""
    split = (part.split(":", 1) for part in value.split(";") if ":" in part)
    return " ".join(filter(None, (declaration(name.strip(), "", shown) for name, shown in split)))
