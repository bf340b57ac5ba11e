"""A site in a real browser: from a static server and from disk, with no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from moon_spa.site.build import build
from moon_spa.site.config import read_site
from moon_spa.site.files import write_site
from tests.moon_spa.shop import write_shop

pytestmark = pytest.mark.e2e

SERVER = "http://site.test/my/shop/"
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".txt": "text/plain"}

CLICKS = """() => {
  const link = document.querySelector("#one");
  const left = [];
  addEventListener("click", (event) => { left.push(!event.defaultPrevented); event.preventDefault(); });
  const click = (how) =>
    link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...how }));
  for (const how of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }]) click(how);
  link.target = "_blank";
  click();
  link.removeAttribute("target");
  link.setAttribute("download", "");
  click();
  link.removeAttribute("download");
  link.rel = "nofollow external";
  click();
  link.removeAttribute("rel");
  for (const href of ["https://example.org/", "//example.org/", "mailto:a@b.c", "javascript:void 0"]) {
    link.setAttribute("href", href);
    click();
  }
  return left;
}"""
"""Clicks on a link that are none of the router's: whether each was left alone."""


class Browser:
    """A site that is open; `root` is where it stands, `page` the tab."""

    def __init__(self, context: BrowserContext, folder: Path, root: str) -> None:
        self.folder, self.root = folder, root
        self.wrong: list[str] = []
        self.asked: list[str] = []
        context.route(re.compile("^(?!file:)"), self.answer)
        self.page = context.new_page()
        self.page.set_default_timeout(5_000)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    @property
    def on_disk(self) -> bool:
        return self.root.startswith("file:")

    def answer(self, route: Route) -> None:
        """What a static server would: folders have an index, all else is 404.html."""
        url = route.request.url
        if not url.startswith(SERVER) or self.on_disk:
            self.asked.append(url)
            route.abort()
            return
        path = self.folder / unquote(urlsplit(url).path.removeprefix("/my/shop/"))
        if path.is_dir():
            path /= "index.html"
        found = path if path.is_file() else self.folder / "404.html"
        status = 200 if found == path else 404
        route.fulfill(status=status, body=found.read_bytes(), content_type=KINDS[found.suffix])

    def open(self, address: str) -> Page:
        """A page, as somebody opens it who has its address."""
        self.page.goto("about:blank")
        name = (
            f"{address.rstrip('/')}/index.html".lstrip("/")
            if self.on_disk and "#" not in address
            else address
        )
        self.page.goto(self.root + (name or ("index.html" if self.on_disk else "")))
        return self.page

    def at(self) -> str:
        """The address that is shown, without what differs between server and disk."""
        rest = self.page.url.removeprefix(self.root)
        return rest.partition("#/")[2] if "#/" in rest else rest.removesuffix("index.html").rstrip("/")

    def heading(self) -> str:
        return self.page.inner_text("h1")


@pytest.fixture(params=["server", "disk"])
def site(request: pytest.FixtureRequest, context: BrowserContext, tmp_path: Path) -> Iterator[Browser]:
    """The shop, built into a folder below the root of a server, or on disk."""
    out = tmp_path / "site"
    made: Any = build(read_site(write_shop(tmp_path)), base="/my/shop/")
    write_site(str(out), made.files)
    (out / "prices.txt").write_text("1;2\n")
    browser = Browser(context, out, SERVER if request.param == "server" else out.as_uri() + "/")
    yield browser
    assert browser.asked == []
    assert browser.wrong == []


def test_links_are_followed_without_loading_and_back_returns(site: Browser) -> None:
    page = site.open("")
    page.evaluate("window.stays = true")
    page.click("button")
    assert page.inner_text("button") == "1"
    page.click("#one")
    assert (site.at(), site.heading(), page.title()) == ("item/1", "Item 1", "An item · Shop")
    page.click("#next")
    assert (site.at(), site.heading()) == ("item/2", "Item 2")
    page.click("button >> nth=0")
    assert site.heading() == "Item 3"
    page.go_back()
    assert (site.at(), site.heading()) == ("item/1", "Item 1")
    page.go_back()
    assert (site.at(), site.heading(), page.title()) == ("", "Home", "Shop")
    page.go_forward()
    assert site.heading() == "Item 1"
    page.click("#home")
    page.click("#about")
    assert (site.at(), site.heading()) == ("about/us", "About 2026")
    assert page.evaluate("window.stays") is True


@pytest.mark.parametrize(
    ("address", "heading"),
    [("", "Home"), ("item/2/", "Item 2"), ("about/us/", "About 2026"), ("index.html#/item/9", "Item 9")],
)
def test_every_page_can_be_opened_by_its_address(site: Browser, address: str, heading: str) -> None:
    said: list[str] = []
    site.page.on("console", lambda message: said.append(message.text))
    page = site.open(address)
    assert site.heading() == heading
    assert [text for text in said if "template" in text] == []
    page.reload()
    assert site.heading() == heading
    if address:
        page.click("#home")
        assert (site.at(), site.heading()) == ("", "Home")


def test_a_parameter_becomes_a_prop_by_its_cast(site: Browser) -> None:
    page = site.open("")
    page.click("#seven")
    assert (site.at(), site.heading()) == ("item/7", "Item 7")
    page.click("button >> nth=0")
    assert site.heading() == "Item 8"
    assert page.inner_text("p") == "EUR"
    if not site.on_disk:
        site.open("item/41/")
        assert site.heading() == "Item 41"


def test_what_no_route_matches_is_not_found(site: Browser) -> None:
    page = site.open("")
    page.click("#nowhere")
    assert (site.at(), site.heading(), page.title()) == ("nowhere", "Lost", "Lost · Shop")
    page.go_back()
    assert site.heading() == "Home"
    page.click("#bad")
    assert (site.at(), site.heading()) == ("item/abc", "Lost")
    page.click("#home")
    assert site.heading() == "Home"


def test_files_beside_the_pages_are_links_as_ever(site: Browser) -> None:
    page = site.open("")
    page.click("#file")
    page.wait_for_url("**/site/prices.txt" if site.on_disk else f"{SERVER}prices.txt")
    assert page.inner_text("body").strip() == "1;2"


def test_scroll_focus_and_title_are_those_of_a_page_that_loads(site: Browser) -> None:
    page = site.open("")
    page.evaluate("scrollTo(0, 1200)")
    page.wait_for_function("scrollY === 1200")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("document.querySelector('#one').click()")
    assert page.evaluate("[scrollY, document.activeElement.id]") == [0, "moon-page"]
    assert page.get_attribute("#moon-page", "aria-label") == "An item · Shop"
    page.go_back()
    page.wait_for_function("scrollY === 1200")


def test_clicks_that_mean_something_else_are_left_to_the_browser(site: Browser) -> None:
    page = site.open("")
    left = page.evaluate(CLICKS)
    assert left == [True] * 11
    assert site.heading() == "Home"


@pytest.mark.parametrize(
    ("link", "heading"), [("#one", "Item 1"), ("#seven", "Item 7"), ("#about", "About 2026")]
)
def test_a_link_that_is_pointed_at_has_its_real_address(site: Browser, link: str, heading: str) -> None:
    page = site.open("")
    page.hover(link)
    real = page.get_attribute(link, "href") or ""
    assert real.startswith(site.root)
    page.click(link)
    assert site.heading() == heading
    page.goto("about:blank")
    page.goto(real)  # in a new tab, for instance
    assert site.heading() == heading


def test_actions_for_a_server_say_that_there_is_none(site: Browser) -> None:
    page = site.open("item/1/")
    page.click("#save")
    assert "it needs a server, and this page has none; it runs there for `open()`" in page.inner_text(
        ".moon-notice"
    )
    assert "One action needs a server" in page.inner_text("summary")
    page.click("#home")
    page.click("#seven")
    assert "One action needs a server" in page.inner_text("summary")
