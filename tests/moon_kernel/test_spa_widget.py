"""Live components as a browser sees them: messages of their comms, without a browser."""

from __future__ import annotations

import json
import queue
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from moon_kernel.spa_line import read_line, split
from moon_spa import wire
from tests.moon_kernel.client import Client
from tests.moon_kernel.test_lines import document
from tests.moon_kernel.test_magics import shown_text

COUNTER = """\
import logging
import time
import warnings

from moon_spa import Component


class Counter(Component):
    template = '<button @click="up">{{ count }} {{ layout }}</button>'

    def setup(self, props):
        props = {"start": 0, **props}
        state = {
            "count": StateField(default=0, cast="int", from_prop="start"),
            "ratio": 1.0,
            "layout": "wide",
            "rows": [1],
        }

        def up():
            state["count"] += 1

        def save(text: str):
            print("saving", text)
            warnings.warn("carefully")
            logging.warning("slowly")
            state["layout"] = open.__name__ + text

        def fail():
            open("/nowhere/at/all")

        def loop():
            while len(open.__name__):
                time.sleep(0.01)
"""


class Browser:
    """The other end of one comm."""

    def __init__(self, kernel: Client, code: str, cell_id: str | None = None) -> None:
        self.kernel = kernel
        self.shown = kernel.run(code, cell_id=cell_id)
        opened = [one for one in self.shown.contents("comm_open") if "_esm" in one["data"]["state"]]
        assert opened, self.shown.traceback or self.shown.text
        self.comm = opened[-1]["comm_id"]
        self.state: dict[str, Any] = opened[-1]["data"]["state"]

    def send(self, data: Any) -> str:
        """Send a message of the widget protocol; its identity."""
        message = self.kernel.client.session.msg("comm_msg", {"comm_id": self.comm, "data": data})
        self.kernel.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def heard(self, request: str, timeout: float = 20) -> list[Any]:
        """What comes back over this comm, until the kernel is idle again."""
        found = []
        while True:
            message = self.kernel.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "comm_msg" and content["comm_id"] == self.comm:
                found.append(content["data"])
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return found

    def write(self, **values: Any) -> None:
        """Synchronise values, as a view does after a local action."""
        self.heard(self.send({"method": "update", "state": values, "buffer_paths": []}))

    def request(self, name: str, *args: Any, **changes: Any) -> str:
        """The text of a call."""
        state = {"count": 5, "ratio": 1.0, "layout": "wide", "rows": [1]}
        call = {"component": "Counter", "instance": 1, "seq": 3, "kind": "action", "name": name}
        return wire.dumps({**call, "args": list(args), "props": {}, "state": state, **changes})

    def call(self, name: str, *args: Any, **changes: Any) -> Any:
        """Call an action: its reply."""
        content = {"type": "moon.call", "id": "a-1", "request": self.request(name, *args, **changes)}
        (found,) = self.heard(self.send({"method": "custom", "content": content}))
        assert found["content"]["type"] == "moon.reply"
        assert found["content"]["id"] == "a-1"
        return wire.loads(found["content"]["reply"])


@pytest.fixture
def notebook(kernel: Client) -> Client:
    kernel.block(document("import math", COUNTER), 2)
    return kernel


def test_an_output_holds_a_view_a_page_and_a_text(notebook: Client) -> None:
    browser = Browser(notebook, "c = %spa Counter start=4\nc")
    (data,) = [one["data"] for one in browser.shown.contents("display_data")]
    assert not browser.shown.contents("execute_result")
    assert len(data["application/vnd.jupyter.widget-view+json"]["model_id"]) > 10
    assert data["text/plain"] == "Counter(count=4, ratio=1.0, layout='wide', rows=[1])"
    assert "<button>4 wide</button>" in data["text/html"].replace("<!--[-->", "").replace("<!--]-->", "")
    assert '<script type="module">' in data["text/html"]
    assert "Counter(count=4" in notebook.run("c").contents("execute_result")[0]["data"]["text/plain"]


def test_what_is_executed_for_a_file_has_no_view_unless_voila_shows_it(notebook: Client) -> None:
    """As nbclient executes: nobody is there to answer a question."""

    def keys() -> list[str]:
        shown = notebook.run("%spa Counter", allow_stdin=False).contents("display_data")
        return [key for one in shown for key in one["data"]]

    assert sorted(keys()) == ["application/vnd.moonlight.component+json", "text/html", "text/plain"]
    notebook.run("import os; os.environ['SERVER_SOFTWARE'] = 'voila/0.5.10'")
    assert "application/vnd.jupyter.widget-view+json" in keys()
    notebook.run("del os.environ['SERVER_SOFTWARE']")


def test_the_model_holds_each_field_under_a_free_name(notebook: Client) -> None:
    state = Browser(notebook, "%spa Counter").state
    assert state["fields"] == {"count": "count", "ratio": "ratio", "layout": "state_layout", "rows": "rows"}
    assert (state["count"], state["ratio"], state["state_layout"]) == (0, 1.0, "wide")
    assert "export default { render }" in state["_esm"]


def test_what_the_browser_says_is_the_state_in_python(notebook: Client) -> None:
    browser = Browser(
        notebook, "c = %spa Counter\nseen = []\nc.state.observe(lambda one: seen.append(one.new))"
    )
    browser.write(count=3, ratio=2, rows=[1, 2], unknown=1, component=2)
    shown = notebook.run("print(c.state.count, repr(c.state['ratio']), c.state.rows, seen)")
    assert shown.text == "3 2.0 [1, 2] [3, 2.0, [1, 2]]\n"
    browser.write(count=4, rows=["x"])
    browser.write(count="three")
    browser.write(count=True)
    browser.write(count={"$moon": "int", "value": "9" * 30})
    assert notebook.run("print(c.state.count, c.component.name)").text == "3 Counter\n"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("c.state.count = '1'", "state count is '1', not int"),
        ("c.state.count = True", "not int"),
        ("c.state.count = 2**60", "past 2**53"),
        ("c.state.rows = object()", "does not travel"),
        ("c.state.rows = {1}", "sorted"),
        ("c.state.nothing = 1", "no state field 'nothing'"),
        ("c.state['nothing'] = 1", "setup declares count, ratio, layout, rows"),
        ("c.state.nothing", "no state field 'nothing'"),
        ("del c.state['count']", "cannot be deleted"),
    ],
)
def test_only_values_of_its_type_are_state(notebook: Client, code: str, message: str) -> None:
    notebook.run("c = %spa Counter")
    assert message in notebook.run(code).traceback
    assert notebook.run("print(c.state)").text.startswith("LiveState({'count': 0, 'ratio': 1.0")


def test_values_are_copies_and_several_are_one_message(notebook: Client) -> None:
    browser = Browser(notebook, "c = %spa Counter")
    done = notebook.run(
        "rows = [1, 2]\nc.state.update(rows=rows, count=9)\nrows.append(3)\nc.state['rows'].append(4)\n"
        "c.state.ratio = 1\nprint(c.state.rows, repr(c.state.ratio), c.count)"
    )
    assert done.text == "[1, 2] 1.0 9\n"
    sent = [one["data"]["state"] for one in done.contents("comm_msg") if one["comm_id"] == browser.comm]
    assert sent == [{"rows": [1, 2], "count": 9}]


def test_a_call_is_answered_with_its_patch_and_its_prints(notebook: Client) -> None:
    browser = Browser(notebook, "%spa Counter")
    reply = browser.call("save", "<b>")
    assert reply == {
        "seq": 3,
        "ok": True,
        "patch": {"state": {"layout": "open<b>"}, "props": {}},
        "error": None,
        "stdout": reply["stdout"],
    }
    printed = reply["stdout"].splitlines()
    assert (printed[0], printed[-1]) == ("saving <b>", "WARNING:root:slowly")
    assert printed[1].endswith(" UserWarning: carefully")
    line = document("import math", COUNTER).split("\n").index('            open("/nowhere/at/all")') + 1
    error = browser.call("fail")["error"]
    assert (error["type"], error["line"]) == ("FileNotFoundError", line)
    assert browser.call("nothing")["error"]["code"] == "unknown-action"
    assert browser.call("up", state={"count": "x"})["error"]["code"] == "wrong-type"


@pytest.mark.parametrize(
    "content",
    [None, 7, "moon.call", [], {}, {"type": "moon.call"}, {"type": "moon.call", "id": 1, "request": "{}"},
     {"type": "moon.call", "id": "a", "request": None},
     {"type": "moon.call", "id": "a" * 1000, "request": "{}"}],
)  # fmt: skip
def test_what_is_no_call_is_not_answered(notebook: Client, content: Any) -> None:
    browser = Browser(notebook, "%spa Counter")
    assert browser.heard(browser.send({"method": "custom", "content": content})) == []
    assert browser.call("save", "")["ok"]


def test_a_call_that_does_not_end_ends_at_its_deadline(notebook: Client) -> None:
    browser = Browser(notebook, "%spa Counter --deadline 0.3")
    assert browser.call("loop")["error"]["code"] == "too-slow"
    assert browser.call("save", "")["ok"]


def test_an_interrupt_ends_a_call(notebook: Client) -> None:
    browser = Browser(notebook, "%spa Counter")
    content = {"type": "moon.call", "id": "a-1", "request": browser.request("loop")}
    sent = browser.send({"method": "custom", "content": content})
    with pytest.raises(queue.Empty):
        browser.heard(sent, timeout=0.5)
    notebook.manager.interrupt_kernel()
    (found,) = browser.heard(sent)
    reply = wire.loads(found["content"]["reply"])
    assert (reply["seq"], reply["error"]["code"]) == (3, "interrupted")
    assert notebook.run("print(1)").text == "1\n"


def test_new_props_are_a_new_payload_and_leave_the_state(notebook: Client) -> None:
    browser = Browser(notebook, "c = %spa Counter start=2")
    assert browser.state["payload"]["given"] == {"start": 2}
    done = notebook.run("c.state.count = 8\nc.props = {'start': 3}\nprint(c.props, c.state.count)")
    assert done.text == "{'start': 3} 8\n"
    sent = [one["data"]["state"] for one in done.contents("comm_msg") if "payload" in one["data"]["state"]]
    assert [one["payload"]["props"]["start"] for one in sent] == [3]


@pytest.mark.parametrize(
    ("edit", "line", "expected"),
    [
        (("{{ count }}", "now {{ count }}"), "start=1", "7 'mine'"),
        (("default=0", "default=4"), "start=1", "7 'mine'"),
        (("", ""), "start=2", "2 'mine'"),
        (('"layout": "wide"', '"layout": 1'), "start=1", "7 1"),
        (('"ratio"', '"share"'), "start=1", "7 'mine'"),
    ],
)
def test_a_cell_that_runs_again_keeps_what_fits(
    kernel: Client, edit: tuple[str, str], line: str, expected: str
) -> None:
    source = COUNTER.replace('state["layout"] = ', "unused = ")
    kernel.run(f"{source}\nc = %spa Counter start=1", cell_id="one")
    kernel.run("c.state.update(count=7, layout='mine')")
    kernel.run("other = %spa Counter start=1", cell_id="two")
    kernel.run(f"{source.replace(*edit)}\nc = %spa Counter {line}", cell_id="one")
    shown = kernel.run("print(c.state.count, repr(c.state.layout), other.state.count)")
    assert shown.text == f"{expected} 1\n", shown.traceback


@pytest.mark.parametrize("line", ["%spa Counter start=1", "c = %spa Counter start=1 --store shop"])
def test_a_cell_that_runs_again_leaves_no_widget_behind(notebook: Client, line: str) -> None:
    notebook.run(
        "import gc\nfrom ipywidgets.widgets import widget as registry\nfrom moon_kernel import Store"
    )
    notebook.run("shop = Store(count=4)")
    count = "gc.collect()\nprint(len(registry._instances))"
    notebook.run(line, cell_id="again")
    before = notebook.run(count).text
    closed = [notebook.run(line, cell_id="again").contents("comm_close") for _ in range(30)]
    assert sum(map(len, closed)) > 20
    for _ in range(3):  # these are `_`, `__` and `___`
        notebook.run("0")
    assert notebook.run(count).text == before


def test_a_component_that_somebody_holds_outlives_its_cell(notebook: Client) -> None:
    notebook.run("import gc\nheld = []\nfrom moon_kernel import live")
    browser = Browser(notebook, "held.append(live(Counter, start=1))", "holding")
    notebook.run("held.append(live(Counter, start=2))", cell_id="holding")
    assert not notebook.run("gc.collect()").contents("comm_close")
    assert browser.call("save", "x")["ok"]
    assert notebook.run("del held[0]; gc.collect()").contents("comm_close")


def test_a_store_is_one_model_and_agrees_in_python(notebook: Client) -> None:
    notebook.run("from moon_kernel import Store\nshop = Store(count=3, ratio=2)")
    browser = Browser(notebook, "a = %spa Counter --store shop\nb = %spa Counter start=5 --store shop")
    model = json.loads(notebook.run("import json; print(json.dumps(shop.model_id))").text)
    assert browser.state["shared"] == {"count": model, "ratio": model}
    assert "count" not in browser.state
    done = notebook.run("a.state.count = 7\nb.count += 1\nprint(shop, a.state.count, b.state.count)")
    assert done.text == "Store(count=8, ratio=2.0) 8 8\n"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Store(observe=1)", "every widget has that name"),
        ("Store(_x=1)", "every widget has that name"),
        ("live(Counter, store=Store(other=1))", "Counter shares no field with Store(other=1)"),
        ("live(Counter, store=Store(count='x'))", "state count is 'x', not int"),
        ("s = Store(count=1)\nlive(Counter, store=s)\ns.count = 'x'", "state count is 'x', not int"),
        (
            "%spa Counter --store nothing",
            "nothing is no Store; write `nothing = moon_kernel.Store(count=0)` first",
        ),
    ],
)
def test_a_store_that_does_not_fit_is_refused(notebook: Client, code: str, message: str) -> None:
    notebook.run("from moon_kernel import Store, live")
    done = notebook.run(code)
    assert message in shown_text(done) + done.traceback


def test_a_cell_can_be_the_component_on_its_lines(kernel: Client) -> None:
    cell = "%%spa size=2\n<python>\nclass Box(Component):\n    def setup(self, props):\n"
    cell += "        state = {'n': math.pi}\n</python>\n<template>\n<b>{{ n }} {{ size }}</b>\n</template>\n"
    done = kernel.block(document("import math", cell.replace("size=2", "size=2 w")), 2)
    assert "no mapping of props" not in done.traceback
    kernel.block(document("import math", cell), 1)
    done = kernel.block(document("import math", cell), 2)
    assert done.contents("display_data")[-1]["data"]["text/plain"] == "Box(n=3.141592653589793)"
    text = document("import math", cell.replace("math.pi", "object()"))
    line = text[: text.index("object()")].count("\n") + 1
    assert f":{line}: error" in shown_text(kernel.block(text, 2))
    assert not kernel.run("Box").ok


def test_components_of_other_cells_stand_in_a_template(notebook: Client) -> None:
    notebook.run(
        "class Two(Component):\n    template = '<p><Counter :start=\"n\" /><Counter /></p>'\n"
        "    def setup(self, props):\n        state = {'n': 4}"
    )
    browser = Browser(notebook, "%spa Two")
    assert "4 wide" in browser.shown.contents("display_data")[0]["data"]["text/html"]
    assert browser.call("save", "x")["patch"]["state"] == {"layout": "openx"}


def test_a_page_is_saved(notebook: Client) -> None:
    path = notebook.path.parent / "page.html"
    path.unlink(missing_ok=True)
    done = notebook.run("title = '</script>'\n%spa Counter start=6 {'note': title} --save page.html")
    assert done.text.startswith("page.html: ")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "must end in .html" in shown_text(notebook.run("%spa Counter --save notes.py"))
    assert "cannot write" in shown_text(notebook.run("%spa Counter --save no/such/folder/x.html"))


def test_what_a_prop_raises_is_shown_without_frames_of_the_magic(notebook: Client) -> None:
    shown = notebook.run("zero = 0\n%spa Counter start=1/zero").traceback
    assert "ZeroDivisionError: division by zero" in shown
    assert "spa_line.py" not in shown
    assert "spa_magic.py" not in shown


def test_a_component_is_live_without_a_kernel(tmp_path: Path) -> None:
    from moon_kernel import live
    from moon_spa import compile as compile_component

    made = live(compile_component(COUNTER), start=3)
    made.state.count += 1
    assert dict(made.state) == {"count": 4, "ratio": 1.0, "layout": "wide", "rows": [1]}
    assert len(made.state) == 4
    assert repr(made) == "Counter(count=4, ratio=1.0, layout='wide', rows=[1])"
    made.close()


@pytest.mark.parametrize(
    ("line", "name", "props"),
    [
        ("Counter", "Counter", {}),
        (
            "Counter start=1+2, title='a b' rows=[1, 2]",
            "Counter",
            {"start": 3, "title": "a b", "rows": [1, 2]},
        ),
        ("Counter {'a-b': 1, **more} x={'y': {1}}", "Counter", {"a-b": 1, "z": 2, "x": {"y": {1}}}),
        ('Counter text="it\'s ] \\" =" --js', "Counter", {"text": "it's ] \" ="}),
        ("Counter more ok=more['z']==2", "Counter", {"z": 2, "ok": True}),
        ("start=1", "", {"start": 1}),
    ],
)
def test_a_line_has_a_name_and_props(line: str, name: str, props: dict[str, Any]) -> None:
    found = read_line(line, needs_name=False)
    assert found.name == name
    assert found.evaluated({"more": {"z": 2}}) == props


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Counter a = 1", "without blanks"),
        ("Counter a='b", "' is missing"),
        ("Counter a=(1", "\\) is missing"),
        ("Counter 1+1", "no mapping of props"),
        ("Counter a=1+", "no Python expression"),
        ("Counter --save", "--save needs a path"),
        ("Counter --jss", "did you mean '--js'"),
        ("--js", "the name of one component"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_line(line).evaluated({})


def test_words_end_at_blanks_outside_of_brackets() -> None:
    assert split(" a  b='c d' [1, 2]{'x': ' '} ") == ["a", "b='c d'", "[1, 2]{'x': ' '}"]


NESTED = """\
class Star(Component):
    template = '<em @click="more">{{ stars }}</em>'

    def setup(self, props):
        state = {"stars": 0, "share": 1.0}

        def more():
            state["stars"] += 1


class Stars(Component):
    template = '<Star /><p l-for="one in rows" :key="one"><Star /></p><Star />'

    def setup(self, props):
        state = {"rows": ["a", "b"]}
"""
FIRST_STAR = {'Star.2["b"]': {"name": "Star", "state": {"stars": 7, "share": 2}}}


def test_components_inside_are_read_by_path_and_go_on_with_the_cell(kernel: Client) -> None:
    kernel.run(f"from moon_spa import Component\n{NESTED}")
    browser = Browser(kernel, "c = %spa Stars")
    assert browser.state["parts"] == {}
    browser.write(parts=FIRST_STAR)
    shown = kernel.run("print(c.parts)")
    assert shown.text == """{'Star.2["b"]': Part(name='Star', state={'stars': 7, 'share': 2.0})}\n"""
    html = kernel.run("c").contents("execute_result")[0]["data"]["text/html"]
    assert [text.partition("</em>")[0] for text in html.split("<em>")[1:]] == ["0", "0", "7", "0"]


@pytest.mark.parametrize(
    ("edit", "kept"),
    [
        (("<em ", "<em title='new' "), {"stars": 7, "share": 2.0}),
        (('"share": 1.0', '"share": ""'), {"stars": 7}),
        (("class Star(", "class Other(Component):\n    pass\n\n\nclass Star("), {"stars": 7, "share": 2.0}),
    ],
)
def test_components_inside_keep_what_fits_when_the_cell_runs_again(
    kernel: Client, edit: tuple[str, str], kept: dict[str, Any]
) -> None:
    source = f"from moon_spa import Component\n{NESTED}"
    kernel.run(f"{source}\nc = %spa Stars", cell_id="one")
    kernel.run(
        "from moon_spa.present import Part\nc.parts = {'Star': Part('Star', {'stars': 7, 'share': 2})}"
    )
    kernel.run(f"{source.replace(*edit)}\nc = %spa Stars", cell_id="one")
    assert (
        kernel.run("print({path: one.state for path, one in c.parts.items()})").text
        == f"{{'Star': {kept}}}\n"
    )


def test_parts_that_do_not_fit_are_refused_in_python(kernel: Client) -> None:
    kernel.run(f"from moon_spa import Component\nfrom moon_spa.present import Part\n{NESTED}\nc = %spa Stars")
    for wrong in ("1", "{1: Part('Star', {})}", "{'Star': 1}", "{'Star': Part('No', {})}"):
        assert "TraitError" in kernel.run(f"c.parts = {wrong}").traceback
    assert (
        "no state of a component inside Stars"
        in kernel.run("c.parts = {'Star': Part('Star', {'stars': ''})}").traceback
    )
    assert kernel.run("c.parts['Star'] = 1\nprint(c.parts)").text == "{}\n"


@pytest.mark.parametrize(
    "line", ["c.save('now.html')", "%spa Stars --save now.html", "%spa Stars other=1 --save now.html"]
)
def test_a_page_is_saved_in_the_state_of_this_moment(kernel: Client, line: str) -> None:
    source = NESTED.replace("<Star />", "<Star /><b>{{ n }}</b>", 1).replace('"rows": [', '"n": 0, "rows": [')
    path = kernel.path.parent / "now.html"
    path.unlink(missing_ok=True)
    kernel.run(f"from moon_spa import Component\nfrom moon_spa.present import Part\n{source}\nc = %spa Stars")
    kernel.run(
        "c.state.update(n=8, rows=['a', 'b', 'c'])\nc.parts = {'Star.2[\"c\"]': Part('Star', {'stars': 9})}"
    )
    done = kernel.run(line)
    assert "%spa" not in line or done.text.endswith("kB, with its state of this moment\n"), done.traceback
    html = path.read_text(encoding="utf-8")
    assert "<b>8</b>" in html
    assert [text.partition("</em>")[0] for text in html.split("<em>")[1:]] == ["0", "0", "0", "9", "0"]
    assert "must end in .html" in kernel.run("c.save('notes.txt')").traceback


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, {}),
        ([FIRST_STAR], {}),
        ({"Star": 1}, {}),
        ({"Star": {"name": ["Star"], "state": {}}}, {}),
        ({"Star": {"name": "Other", "state": {"stars": 1}}}, {}),
        ({"Star": {"name": "__class__", "state": {"stars": 1}}}, {}),
        ({"Star": {"name": "Star", "state": [1]}}, {}),
        ({"Star": {"name": "Star", "state": {"stars": "x", "share": 3, "no": 1}}}, {"Star": {"share": 3.0}}),
        ({"Star": {"name": "Star", "state": {"stars": {"$moon": "int", "value": "9" * 30}}}}, {"Star": {}}),
        ({"Star": {"name": "Star", "state": {"stars": {"$moon": "?"}}}}, {"Star": {}}),
    ],
)  # fmt: skip
def test_only_state_of_components_inside_is_taken(kernel: Client, sent: Any, kept: Any) -> None:
    kernel.run(f"from moon_spa import Component\n{NESTED}")
    browser = Browser(kernel, "c = %spa Stars")
    browser.write(parts=sent)
    assert kernel.run("print({path: one.state for path, one in c.parts.items()})").text == f"{kept}\n"
