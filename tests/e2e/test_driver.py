"""The driver of the browser tests, on a plain `.ipynb`: what it reads is what Lab holds."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import driver
from tests.e2e.server import Lab

NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Title"},
        *(
            {
                "cell_type": "code",
                "id": name,
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for name, source in (("b", "print(6 * 7)"), ("c", "1 / 0"))
        ),
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_driver_opens_runs_edits_and_saves(page: Page, lab: Lab, document: Callable[[str, str], str]) -> None:
    path = document("plain.ipynb", json.dumps(NOTEBOOK))
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    driver.run_all(page)
    assert driver.text_output(driver.cells(page)[1]) == "42\n"
    assert "ZeroDivisionError" in driver.text_output(driver.cells(page)[2])
    driver.set_source(page, 1, "print('new')")
    driver.run_cell(page, 1)
    expect(driver.cell(page, 1).locator(".jp-OutputArea-output")).to_contain_text("new")
    assert driver.is_dirty(page)
    driver.save(page)
    assert "print('new')" in (lab.root / path).read_text()
    driver.reload(page)
    driver.wait_ready(page)
    assert driver.current_path(page) == path
    assert driver.cells(page)[1]["source"] == "print('new')"


def test_server_answers_requests(lab: Lab, document: Callable[[str, str], str]) -> None:
    path = document("a b.txt", "hello")
    status, model = lab.request("GET", f"/api/contents/{path}")
    assert (status, model["content"]) == (200, "hello")
    assert lab.request("GET", "/api/contents/nothing")[0] == 404
