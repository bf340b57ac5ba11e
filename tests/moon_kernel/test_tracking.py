"""Which blocks ran: the traversal that the kernel records."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest

from tests.moon_kernel.client import Client
from tests.moon_kernel.test_lines import document


def trace(kernel: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kernel.run("%moon trace --json").text)
    return found


def last(kernel: Client) -> dict[str, Any]:
    """The run before the one that asks."""
    found: dict[str, Any] = trace(kernel)["blocks"][-2]
    return found


def test_blocks_are_recorded_in_the_order_in_which_they_ran(kernel: Client) -> None:
    text = document("a = 1", "b = 2", "c = 3")
    for index in (2, 1, 3, 2):
        kernel.block(text, index)
    assert trace(kernel)["order"][-5:] == [2, 1, 3, 2, None]


def test_a_run_has_status_time_and_output(kernel: Client) -> None:
    code = "import time, sys\nprint('out')\nprint('err', file=sys.stderr)\ntime.sleep(0.05)\n41 + 1"
    before = time.time()
    kernel.block(document(code), 1)
    run = last(kernel)
    assert run["index"] == 1
    assert run["status"] == "done"
    assert run["error"] is None
    assert before - 1 < run["started"] < time.time() + 1
    assert 0.05 < run["duration"] < 5
    texts = {item["stream"]: item["text"] for item in run["outputs"]}
    assert texts == {"stdout": "out\n", "stderr": "err\n", "result": "42\n"}


def test_a_failed_block_has_its_error(kernel: Client) -> None:
    kernel.block(document("print('before')\n1/0"), 1)
    run = last(kernel)
    assert (run["status"], run["error"]) == ("failed", "ZeroDivisionError: division by zero")
    assert run["outputs"] == [{"stream": "stdout", "text": "before\n"}]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("x = = 1", "SyntaxError: invalid syntax (intro.py.md, line 4)"),
        ("return 1", "SyntaxError: 'return' outside function (intro.py.md, line 4)"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyError", "KeyError"),
        ("class Bad(Exception):\n    def __str__(self): 1/0\nraise Bad", "ZeroDivisionError"),
        ("class Bad:\n    def __repr__(self): 1/0\nBad()", "ZeroDivisionError: division by zero"),
        ("%no_such_magic", "UsageError: Line magic function `%no_such_magic` not found."),
        ("if True:\n    x = 1\n  y = 2", "IndentationError: unindent does not match any outer "),
    ],
)
def test_every_way_to_fail_is_a_failure(kernel: Client, code: str, error: str) -> None:
    kernel.block(document(code), 1)
    run = last(kernel)
    assert run["status"] == "failed"
    assert run["error"].startswith(error)


def test_an_interrupted_block_is_interrupted(kernel: Client) -> None:
    for code in ("while True: pass", "import asyncio\nawait asyncio.sleep(60)"):
        kernel.run("print('ready')")
        text = document(f"print('started', flush=True)\n{code}")
        request = kernel.send(*_cell(text))
        _wait_for_output(kernel, request)
        kernel.manager.interrupt_kernel()
        assert kernel.answer(request).reply["status"] == "error"
        assert last(kernel)["status"] == "interrupted"
        assert kernel.run("1 + 1").text == "2"


def _cell(text: str) -> Any:
    from tests.moon_kernel.client import cell

    return cell(text, 1)


def _wait_for_output(kernel: Client, request: str) -> None:
    while True:
        message = kernel.client.get_iopub_msg(timeout=10)
        if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == request:
            return


def test_a_cell_run_inside_another_is_its_child(kernel: Client) -> None:
    inner = "print('inside')"
    outer = f"print('before')\nget_ipython().run_cell({inner!r})\nprint('after')"
    text = document(inner, outer)
    kernel.write(text)
    kernel.block(text, 2)
    found = trace(kernel)
    assert found["order"][-3:] == [2, 1, None]
    assert found["edges"][-1] == [2, 1]
    outside, inside = found["blocks"][-3:-1]
    assert outside["outputs"] == [{"stream": "stdout", "text": "before\nafter\n"}]
    assert inside["outputs"] == [{"stream": "stdout", "text": "inside\n"}]
    assert inside["status"] == outside["status"] == "done"


def test_the_table_shows_nesting(kernel: Client) -> None:
    inner = "x = 1"
    text = document(inner, f"get_ipython().run_cell({inner!r})")
    kernel.write(text)
    kernel.block(text, 2)
    lines = kernel.run("%moon trace").text.split("\n")
    assert lines[-3].split()[1] == "2"
    assert lines[-2].startswith("  ")
    assert lines[-2].split()[1] == "1"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")
def test_a_block_that_calls_a_function_of_another_one_is_shown_with_it(kernel: Client) -> None:
    text = document("def f(x):\n    return x", "y = 1", "z = 1", "for i in range(9): f(i)")
    for index in (1, 2, 3, 4):
        kernel.block(text, index)
    assert [4, 1] in trace(kernel)["edges"]
    assert [3, 1] not in trace(kernel)["edges"]


def test_silent_requests_are_no_runs(kernel: Client) -> None:
    count = len(trace(kernel)["blocks"])
    kernel.run("x = 1", silent=True, store_history=False)
    kernel.run("x", store_history=False)
    kernel.run("")
    kernel.run("  \n")
    assert len(trace(kernel)["blocks"]) == count + 1


def test_text_of_a_thread_goes_to_the_run_that_lab_shows_it_in(kernel: Client) -> None:
    code = (
        "import threading, time\n"
        "parent = get_ipython().get_parent()\n"
        "def work():\n"
        "    get_ipython().set_thread_parent(parent)\n"
        "    time.sleep(0.2)\n"
        "    print('late')\n"
        "thread = threading.Thread(target=work); thread.start()"
    )
    text = document(code, "thread.join()\nprint('second')")
    kernel.block(text, 1)
    kernel.block(text, 2)
    first, second = trace(kernel)["blocks"][-3:-1]
    assert first["outputs"] == [{"stream": "stdout", "text": "late\n"}]
    assert second["outputs"] == [{"stream": "stdout", "text": "second\n"}]


def test_displays_are_recorded_also_from_threads(kernel: Client) -> None:
    code = (
        "import threading\n"
        "from IPython.display import HTML, display\n"
        "display(HTML('<b>x</b>'))\n"
        "thread = threading.Thread(target=display, args=('threaded',))\n"
        "thread.start(); thread.join()"
    )
    kernel.block(document(code), 1)
    text = "".join(item["text"] for item in last(kernel)["outputs"])
    assert "<IPython.core.display.HTML object>" in text
    assert "threaded" in text


def test_output_without_end_is_bounded(kernel: Client) -> None:
    kernel.block(document("for _ in range(30): print('x' * 100_000)"), 1)
    run = last(kernel)
    text = "".join(item["text"] for item in run["outputs"])
    assert 2**20 < len(text) < 2**20 + 100
    assert text.endswith("more characters\n")
    assert "3 M" in kernel.run("%moon trace").text


def test_cells_of_no_document_are_runs_without_a_block(kernel: Client) -> None:
    kernel.run("unknown = 1")
    run = last(kernel)
    assert run["index"] is None
    assert run["status"] == "done"


def test_blocks_can_name_themselves_after_a_reset(kernel: Client) -> None:
    kernel.run("%reset -f")
    assert kernel.run("import moonlight; '__moonlight__' in globals()").text == "True"
    assert kernel.run("%who_ls").text == "['moonlight']"


def test_user_code_may_replace_what_we_hook(kernel: Client) -> None:
    code = (
        "import io, sys\n"
        "_moon = moon = 1\n"
        "saved = sys.stdout, sys.displayhook, sys.excepthook\n"
        "sys.stdout = io.StringIO()\n"
        "sys.displayhook = print\n"
        "sys.excepthook = lambda *a: None\n"
        "print('swallowed')"
    )
    assert kernel.block(document(code), 1).text == ""
    answer = kernel.block(document("value = sys.stdout.getvalue()\n1/0"), 1)
    assert answer.reply["ename"] == "ZeroDivisionError"
    kernel.run("sys.stdout, sys.displayhook, sys.excepthook = saved")
    assert kernel.run("print(value)").text.startswith("swallowed\n")
    assert trace(kernel)["blocks"][-4]["status"] == "failed"


def test_a_stream_without_flush_does_not_break_nesting(kernel: Client) -> None:
    code = (
        "import sys\n"
        "saved = sys.stdout\n"
        "class Odd:\n"
        "    def write(self, text): return len(text)\n"
        "    flush = None\n"
        "sys.stdout = Odd()\n"
        "result = get_ipython().run_cell('value = 5')\n"
        "sys.stdout = saved\n"
        "print(value, result.success)"
    )
    assert kernel.block(document(code), 1).text == "5 True\n"
