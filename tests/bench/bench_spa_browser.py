"""A list of 1000 rows in a browser: made, changed, swapped, removed; beside petite-vue on the same page.

`PETITE_VUE` is the path of its `petite-vue.es.js` (npm install petite-vue); without it ours runs alone.
A sample is one operation with its layout; the medians of 8 rounds are printed. Run by pytest with `-s`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from moon_spa import javascript
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.e2e.server import find_chromium
from tests.moon_spa.pages import RUNTIME, Made

OURS = """<table><tbody><tr l-for="row in rows" :key="row.id" :class="{'on': row.id == chosen}">
<td>{{ row.id }}</td><td><a @click="pick(row.id)">{{ row.label }}</a></td></tr></tbody></table>"""

THEIRS = """<table><tbody><tr v-for="row in rows" :key="row.id" :class="{on: row.id === chosen}">
<td>{{ row.id }}</td><td><a @click="pick(row.id)">{{ row.label }}</a></td></tr></tbody></table>"""

RUN = """async ([petite, theirs]) => {
  const make = (count, from) => Array.from({ length: count }, (_, i) => ({ id: from + i, label: `r ${i}` }));
  const operations = {
    create: () => make(1000, 1),
    replace: () => make(1000, 5000),
    update: (rows) => rows.map((row, i) => (i % 10 ? row : { ...row, label: row.label + "!" })),
    swap: (rows) => rows.with(1, rows[998]).with(998, rows[1]),
    remove: (rows) => rows.toSpliced(500, 1),
    append: (rows) => rows.concat(make(1000, 90000)),
    clear: () => [],
  };
  const apps = { ours: (rows) => app.call("act", rows) };
  if (petite) {
    const { createApp, reactive, nextTick } = await import(
      URL.createObjectURL(new Blob([petite], { type: "text/javascript" })));
    const el = host();
    el.innerHTML = theirs;
    const store = reactive({ rows: [], chosen: 0, pick() {} });
    createApp(store).mount(el);
    apps.theirs = async (rows) => { store.rows = rows; await nextTick(); };
  }
  const times = {};
  for (let round = 0; round < 8; round++) {
    for (const [name, put] of Object.entries(apps)) {
      let rows = [];
      for (const [operation, change] of Object.entries(operations)) {
        rows = change(rows);
        document.body.offsetHeight;
        const start = performance.now();
        await put(rows);
        document.body.offsetHeight;
        ((times[operation] ??= {})[name] ??= []).push(performance.now() - start);
        if (document.querySelectorAll("tr").length !== rows.length) throw new Error(`${name}: ${operation}`);
      }
    }
  }
  const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
  return Object.fromEntries(Object.entries(times).map(([operation, found]) =>
    [operation, Object.fromEntries(Object.entries(found).map(([name, all]) => [name, median(all)]))]));
}"""


@pytest.mark.e2e
def test_a_thousand_rows_beside_petite_vue() -> None:
    state = {"rows": [{"id": 0, "label": ""}], "chosen": 0}
    made = Made("Rows", OURS, state, {"act": "(v) { __set_state_0(v); }"})
    path = os.environ.get("PETITE_VUE")
    petite = Path(path).read_text(encoding="utf-8") if path else None
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS))
        page = browser.new_page()
        page.set_content("<!doctype html><body></body>")
        page.add_script_tag(content=RUNTIME)
        payload = javascript.text(json.dumps(made.payload()))
        options = f"{{ moon, payload: JSON.parse({payload}) }}"
        page.evaluate(f"() => {{ window.app = mount(host(), {made.js()}, {options}); }}")
        found = page.evaluate(RUN, [petite, THEIRS])
        browser.close()
    for operation, times in found.items():
        print(operation.ljust(8), *(f"{name} {time:7.1f} ms" for name, time in times.items()))
        if "theirs" in times:
            assert times["ours"] < 2 * times["theirs"]
