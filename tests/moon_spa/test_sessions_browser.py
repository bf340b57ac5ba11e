"""Random sessions in a real browser: what is clicked there is what CPython would have done."""

from __future__ import annotations

import os
from random import Random

import pytest
from playwright.sync_api import BrowserContext

from tests.moon_spa.sessions import Browser, run, session

SESSIONS = int(os.environ.get("MOON_SESSIONS") or 80)
SEED = os.environ.get("MOON_SEED") or "1"


@pytest.mark.e2e
def test_random_sessions_with_a_server_are_pythons(context: BrowserContext) -> None:
    browser = Browser(context.new_page())
    played = run(browser, (session(Random(f"{SEED}/{number}")) for number in range(SESSIONS)))
    assert not played.differences, "\n\n".join(map(str, played.differences[:3]))
    assert min(played.sides["client"], played.sides["server"]) > SESSIONS / 2
    assert played.outcomes["done"] > SESSIONS
    assert min(played.outcomes["IndexError"], played.outcomes["twice"]) > SESSIONS / 8
