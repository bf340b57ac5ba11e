"""Values that want to be more than values: an HTML parser finds nothing in the page that runs or loads."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from tests.moon_spa.templating import html

HOSTILE = (
    "<script>window.__canary = 1</script>",
    '"><img src=x onerror="window.__canary = 1">',
    "' onmouseover='window.__canary = 1",
    "</textarea><script>window.__canary = 1</script>",
    "</title><svg onload=window.__canary=1>",
    "--><script>window.__canary = 1</script><!--",
    "<!--]--><img src=x onerror=window.__canary=1>",
    "{{ 1 + 1 }}",
    "]]><script>window.__canary = 1</script>",
    "\u2028\u2029\0\x1b",
)
URLS = (
    "javascript:window.__canary=1",
    "JaVaScRiPt:window.__canary=1",
    " \x01java\nscript\t:window.__canary=1",
    "vbscript:x",
    "data:text/html,<script>window.__canary=1</script>",
    "blob:x",
    "file:///etc/passwd",
    "x-custom:y",
)
TEMPLATE = """<div :title="v" title2="a {{ v }} b" :class="[v]" :style="{'color': v, 'width': v}" :data-x="v">
{{ v }}<textarea>{{ v }}</textarea><input :value="v"><b :style="v" :id="v"></b></div>"""


class Tree(HTMLParser):
    """The elements, attributes and texts that a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.given: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.given += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_stays_in_its_place(value: str) -> None:
    tree = Tree(html(TEMPLATE, py={"v": value}))
    assert tree.tags == ["div", "textarea", "input", "b"]
    assert {name for name, _ in tree.given} <= {"title", "title2", "class", "style", "data-x", "value", "id"}
    kept = value.replace("\0", "\ufffd")
    assert ("title", kept) in tree.given
    assert kept in "".join(tree.texts)


@pytest.mark.parametrize("value", URLS)
@pytest.mark.parametrize(
    "place", ["<a :href='v'></a>", "<form :action='v'></form>", "<a href='{{ v }}'></a>"]
)
def test_an_address_that_runs_script_is_marked_unsafe(place: str, value: str) -> None:
    (given,) = Tree(html(place, py={"v": value})).given
    assert given[1] is not None
    assert given[1].startswith("unsafe:")


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("<a :href='v'></a>", "https://example.org/a:b"),
        ("<a :href='v'></a>", "/path?x=javascript:1"),
        ("<a :href='v'></a>", "#a"),
        ("<a :href='v'></a>", "mailto:a@b.c"),
        ("<img :src='v'>", "data:image/png;base64,AAAA"),
        ("<img :srcset='v'>", "a.png 1x, b.png 2x"),
    ],
)
def test_an_ordinary_address_stays(template: str, value: str) -> None:
    assert Tree(html(template, py={"v": value})).given[0][1] == value


@pytest.mark.parametrize(
    "value",
    [
        "red; background: url(x)",
        "url(http://example.org)",
        "URL (x)",
        "red} body {color: blue",
        "expression(alert(1))",
        "\\75rl(x)",
        "a/**/b",
        "image-set('x' 1x)",
    ],
)
def test_a_style_value_cannot_load_or_leave_its_declaration(value: str) -> None:
    assert html("<i :style=\"{'color': v, 'top': 0}\"></i>", py={"v": value}) == '<i style="top: 0;"></i>'


@pytest.mark.parametrize("key", ["__class__", "__init__", "__globals__", "mro", "gi_frame", "format"])
def test_a_key_is_never_an_attribute(key: str) -> None:
    values: dict[str, Any] = {"d": {key: "mine"}, "o": object()}
    assert html(f"{{{{ d.{key} }}}}{{{{ d['{key}'] }}}}", py=values) == "minemine"
    with pytest.raises(AssertionError, match="is not subscriptable"):
        html(f"{{{{ o.{key} }}}}", py=values)
