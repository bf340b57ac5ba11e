"""What works on the stock kernel works the same on ours."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.moon_kernel.client import Client, cell, plain
from tests.moon_kernel.test_channel import subshell
from tests.moon_kernel.test_lines import document, line_of

CELLS = [
    "import pickle\ndef f(x):\n    return x + 1\npickle.loads(pickle.dumps(f))(2)",
    "class A:\n    pass\ntype(pickle.loads(pickle.dumps(A()))).__name__",
    "try:\n    __file__\nexcept NameError as error:\n    print(error)",
    "__name__, type(get_ipython()).__name__",
    "import sys; sys.modules['__main__'].__dict__ is globals()",
    "from __future__ import annotations\ndef g(x: nothing): pass\ng.__annotations__",
    "def h(x: nothing_either): pass\nh.__annotations__",
    "%run -i script.py",
    "%load_ext autoreload\n%autoreload 2\nimport helper\nhelper.value",
    "%timeit -n1 -r1 -q 1 + 1",
    "%%timeit -n1 -r1 -q\n1 + 1",
    "%%time\nvalue = 5\nvalue",
    "%%capture caught\nprint('in')\n7",
    "caught.stdout",
    "%%writefile written.txt\nhello",
    "!cat written.txt",
    "%%python3\nprint('elsewhere')",
    "_, __, _i, len(In) > 3",
    "print(In[-2])",
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "async def later():\n    return 3\nawait later()",
    "def one(): two()\ndef two(): raise KeyError('x')",
    "one()",
    "try:\n    one()\nexcept KeyError:\n    raise RuntimeError('next')",
    "raise SystemExit",
    "assert 1 == 2, 'never'",
    "undefined_name",
    "exec('def k(): pass')\nk.__name__",
    "eval('1/0')",
    "import warnings\nwarnings.simplefilter('ignore')",
    "1;",
    "x = 5; x",
    "if True:\n    x",
    "%who_ls int",
    "%precision 3\n3.14159",
    "get_ipython().run_cell('6 * 7').result",
    "import multiprocessing as m\nwith m.get_context('spawn').Pool(1) as p: print(p.map(abs, [-1]))",
    "from concurrent.futures import ThreadPoolExecutor as T\nwith T() as p: print(*p.map(f, [1]))",
    "%xdel x\n'x' in globals()",
    "%pinfo f",
    "'\\ud800'",
    "print('\\u2028', ascii('''\\x0c'''))",
    "# only a comment",
    "",
    "%debug_no_such",
]
TEXT = document(*CELLS)


def comparable(answer: Any) -> dict[str, Any]:
    """What must agree: names of cells and lines differ."""
    reply = answer.reply
    shown = re.sub(r"0x[0-9a-f]+|\d+(\.\d+)?(e[+-]\d+)? (ns|µs|μs|ms|s|us)\b", "N", answer.text)
    return {
        "status": reply["status"],
        "error": (reply.get("ename"), reply.get("evalue")),
        "count": reply.get("execution_count"),
        "expressions": reply.get("user_expressions"),
        "kinds": [m["msg_type"] for m in answer.messages if m["msg_type"] != "stream"],
        "text": shown,
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Client]]:
    clients = {}
    for name in ("python3", "moon"):
        folder = tmp_path_factory.mktemp(name)
        (folder / "script.py").write_text("print('script ran', x_of_script := 1)")
        (folder / "helper.py").write_text("value = 11")
        clients[name] = Client(folder, name)
        clients[name].write(TEXT)
    yield clients
    for client in clients.values():
        client.close()


@pytest.mark.slow
def test_cells_do_the_same_as_on_the_stock_kernel(both: dict[str, Client]) -> None:
    for index, code in enumerate(CELLS, 1):
        found = {}
        for name, client in both.items():
            answer = client.run(code, cell(TEXT, index)[1] if code else {}, user_expressions={"sum": "1 + 1"})
            found[name] = comparable(answer)
        assert found["moon"] == found["python3"], code


def test_requests_without_history_do_the_same(both: dict[str, Client]) -> None:
    contents: list[dict[str, Any]] = [{"silent": True}, {"store_history": False}]
    for content in contents:
        for code in ("print('x')\n41", "1/0", ""):
            answers = [comparable(client.run(code, **content)) for client in both.values()]
            assert answers[0] == answers[1]


def test_input_is_asked_for(kernel: Client) -> None:
    request = kernel.send(*cell(document("name = input('who? ')\nname"), 1), allow_stdin=True)
    asked = kernel.client.get_stdin_msg(timeout=10)
    assert asked["content"]["prompt"] == "who? "
    kernel.client.input("moon")
    assert kernel.answer(request).text == "'moon'"


def test_two_subshells_run_blocks_at_the_same_time(kernel: Client) -> None:
    shell = subshell(kernel)
    text = document("import time\ntime.sleep(1)\nprint('slow')", "print('quick')\n1/0")
    slow = kernel.send(*cell(text, 1))
    code, metadata = cell(text, 2)
    message = kernel.client.session.msg(
        "execute_request",
        {"code": code, "silent": False, "store_history": True, "stop_on_error": False},
        metadata=metadata,
    )
    message["header"]["subshell_id"] = shell
    began = time.monotonic()
    kernel.client.shell_channel.send(message)
    reply = kernel.client.get_shell_msg(timeout=10)
    assert time.monotonic() - began < 0.9
    shown = plain("".join(reply["content"]["traceback"]))
    assert f"intro.py.md:{line_of(text, '1/0')}" in shown
    assert kernel.answer(slow).reply["status"] == "ok"


@pytest.mark.parametrize("code", ["import os; os._exit(3)", "import ctypes; ctypes.string_at(0)"])
def test_a_kernel_that_dies_is_dead_at_once(tmp_path: Path, code: str) -> None:
    client = Client(tmp_path)
    try:
        client.send(*cell(document(code), 1))
        deadline = time.monotonic() + 5
        while client.manager.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not client.manager.is_alive()
    finally:
        client.close()


def test_a_shutdown_request_ends_the_kernel(tmp_path: Path) -> None:
    client = Client(tmp_path)
    try:
        client.run(*cell(document("import threading"), 1))
        client.client.shutdown()
        deadline = time.monotonic() + 5
        while client.manager.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not client.manager.is_alive()
    finally:
        client.close()
