"""Running a document in this process: namespace, order, errors, streams, nesting."""

from __future__ import annotations

import gc
import io
import linecache
import os
import pickle
import sys
import threading
import traceback
import tracemalloc
import warnings
from pathlib import Path
from typing import Any

import pytest

import moonlight
from moonlight import executors
from moonlight.document import Document, parse
from moonlight.events import BlockEntered, BlockLeft, Event, Output
from moonlight.executors import RunError, check_syntax, find_block
from moonlight.runner import run
from tests.moonlight.conftest import Write, text_of


def doc(*blocks: str, path: str = "<text>") -> Document:
    return parse(text_of(*blocks), path)


def text(result: moonlight.RunResult, block: int, stream: str = "stdout") -> str:
    return "".join(piece for name, piece in result.outputs.get(block, []) if name == stream)


def test_blocks_run_in_order_in_one_namespace() -> None:
    result = run(doc("x = 1", "x += 1\ndef f(): return x", "y = f()"))
    assert result.error is None
    assert result.namespace["y"] == 2
    assert [one.block for one in result.trace] == [1, 2, 3]
    assert {one.status for one in result.trace} == {"done"}


def test_run_stops_at_the_first_error_and_returns_it() -> None:
    result = run(doc("x = 1", "1 / 0", "x = 2"))
    assert isinstance(result.error, ZeroDivisionError)
    assert result.namespace["x"] == 1
    assert [(one.block, one.status, one.error) for one in result.trace] == [
        (1, "done", None),
        (2, "failed", "ZeroDivisionError: division by zero"),
    ]


def test_nothing_runs_where_a_block_is_no_python(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(doc("print(1)", "x = = 1"))
    assert isinstance(result.error, SyntaxError)
    assert result.error.lineno == 12
    assert result.trace == []
    assert capsys.readouterr().out == ""


def test_module_name_file_and_arguments_are_those_of_a_script(write: Write) -> None:
    path = write(
        "import sys, __main__\nseen = __name__, __file__, sys.argv, sys.path[0], vars(__main__) is globals()"
    )
    before = sys.argv, list(sys.path), sys.modules["__main__"]
    result = run(parse(path.read_text(), str(path)), argv=["-a", "b"])
    assert result.namespace["seen"] == ("__main__", str(path), [str(path), "-a", "b"], str(path.parent), True)
    assert before == (sys.argv, sys.path, sys.modules["__main__"])


def test_run_as_module_has_the_name_of_the_file(write: Write) -> None:
    path = write("import sys\nname = __name__, sys.modules[__name__].__name__", name="my_intro.py.md")
    result = run(parse(path.read_text(), str(path)), module=True)
    assert result.namespace["name"] == ("my_intro", "my_intro")
    assert "my_intro" not in sys.modules


def test_only_some_blocks_run_when_asked() -> None:
    result = run(doc("a = 1", "b = 2", "c = 3"), only=[1, 3])
    assert {"a", "c"} <= set(result.namespace)
    assert "b" not in result.namespace


def test_blocks_marked_skip_do_not_run_and_keep_their_number() -> None:
    result = run(
        parse("```python skip\n1 / 0\n```\n\n```python\nx = 1\n```\n\n```python skip=import\ny = 2\n```\n")
    )
    assert result.error is None
    assert [one.block for one in result.trace] == [2, 3]


def test_given_namespace_is_the_one_that_blocks_run_in() -> None:
    names: dict[str, Any] = {"x": 20}
    result = run(doc("y = x + 1\ndef f(): return z"), namespace=names)
    assert (result.namespace is names, names["y"]) == (True, 21)
    again = run(doc("z = 5\nw = f()"), namespace=names)
    assert again.error is None
    assert names["w"] == 5


def test_classes_of_a_running_document_can_be_pickled_also_in_a_given_namespace() -> None:
    code = "import pickle\nclass A: pass\nsame = type(pickle.loads(pickle.dumps(A()))) is A"
    given: dict[str, Any] = {}
    for namespace in (None, given):
        assert run(doc(code), namespace=namespace).namespace["same"] is True


def test_several_runs_in_one_process_do_not_know_each_other() -> None:
    first, second = run(doc("x = 1")), run(doc("y = 'x' in globals()"))
    assert second.namespace["y"] is False
    assert first.trace[0].order == second.trace[0].order == 1


def test_run_in_a_thread_records_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    found: list[moonlight.RunResult] = []
    thread = threading.Thread(target=lambda: found.append(run(doc("print('in a thread')"))))
    thread.start()
    thread.join()
    assert text(found[0], 1) == "in a thread\n"


# -- errors ---------------------------------------------------------------------------------------------


def frames(error: BaseException) -> list[str]:
    return [frame.filename for frame in traceback.extract_tb(error.__traceback__)]


def test_traceback_holds_the_users_frames_only(write: Write) -> None:
    path = write(
        "def f():\n    raise KeyError('k')",
        "try:\n    f()\nexcept KeyError as e:\n    raise ValueError from e",
    )
    error = run(parse(path.read_text(), str(path))).error
    assert error is not None
    assert error.__cause__ is not None
    assert frames(error) == [str(path)]
    assert frames(error.__cause__) == [str(path)] * 2


def test_errors_of_a_group_hold_the_users_frames_only(write: Write) -> None:
    code = (
        "import sys\ntry:\n    sys.stdout.write(5)\n"
        "except TypeError as e:\n    raise ExceptionGroup('g', [e])"
    )
    path = write(code)
    error = run(parse(path.read_text(), str(path))).error
    assert isinstance(error, ExceptionGroup)
    assert frames(error.exceptions[0]) == [str(path)]


def test_traceback_shows_the_line_and_its_caret_in_an_indented_fence(write: Write) -> None:
    path = write(raw="1. item\n\n   ```python\n   x = 1 / 0\n   ```\n")
    error = run(parse(path.read_text(), str(path))).error
    assert error is not None
    shown = "".join(traceback.format_exception(error)).split("\n")
    assert shown[1:4] == [f'  File "{path}", line 4, in <module>', "    x = 1 / 0", "        ~~^~~"]


def test_recursion_without_end_is_an_error_like_any_other() -> None:
    result = run(doc("def f(): f()\nf()", "x = 1"))
    assert isinstance(result.error, RecursionError)
    assert [one.status for one in result.trace] == ["failed"]
    assert run(doc("x = 1")).error is None


def test_exit_is_the_runs_error_and_a_good_exit_a_good_end() -> None:
    good, bad = run(doc("import sys\nsys.exit()")), run(doc("import sys\nsys.exit('no')"))
    assert isinstance(good.error, SystemExit)
    assert [one.status for one in good.trace] == ["done"]
    assert [one.status for one in bad.trace] == ["failed"]


def test_keyboard_interrupt_marks_the_block_interrupted() -> None:
    result = run(doc("raise KeyboardInterrupt"))
    assert isinstance(result.error, KeyboardInterrupt)
    assert result.trace[0].status == "interrupted"


def test_warning_of_the_compiler_names_the_markdown_line_once() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = run(doc("x = 1", "y = 2\nz = 1 is 2"))
    assert result.error is None
    assert [one.lineno for one in caught] == [13]


def test_warning_as_error_is_a_syntax_error_with_its_line() -> None:
    error = run(doc("x = 1", "y = 2\nz = 1 is 2")).error
    assert isinstance(error, SyntaxError)
    assert error.lineno == 13


def test_source_of_functions_and_classes_of_a_running_document_is_found(write: Write) -> None:
    code = "import inspect\nclass A:\n    def f(self): return 1\ndef g(): return 2\n"
    path = write(code, "a, g_, f = inspect.getsource(A), inspect.getsource(g), inspect.getsource(A.f)")
    result = run(parse(path.read_text(), str(path)))
    assert result.error is None
    assert result.namespace["a"] == "class A:\n    def f(self): return 1\n"
    assert result.namespace["g_"] == "def g(): return 2\n"
    del linecache.cache[str(path)]


# -- future imports, docstrings ----------------------------------------------------------------------------


def test_future_import_in_block_5_holds_for_it_and_those_behind_it() -> None:
    late = "from __future__ import annotations\ndef f(x: Nowhere): pass"
    result = run(doc("a = 1", "a", "a", "a", late, "def g(x: Nowhere): pass"))
    assert result.error is None
    assert isinstance(run(doc("def f(x: Nowhere): pass", late)).error, NameError)


def test_docstring_is_that_of_the_first_block() -> None:
    result = run(doc("'''Mine.'''", "'''Another.'''\nx = 1"))
    assert result.namespace["__doc__"] == "Mine."


# -- IPython syntax ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["%time x", "!ls", "x = !ls", "import os\nawait f()", "%%bash\necho it's", "x?"]
)
def test_ipython_syntax_without_an_executor_is_one_error_with_its_line(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "entry_points", lambda group: [])
    with pytest.raises(RunError) as caught:
        run(doc("x = 1", code))
    found = caught.value.diagnostic
    assert found.code == "ipython-syntax"
    assert 12 <= found.span.line <= 13
    assert found.hint


@pytest.mark.parametrize("code", ["x = = 1", "text = '''\n%PDF\n!x\n'''\nx = = 1", "x = 5 %", "if x\n  !"])
def test_wrong_python_is_not_taken_for_ipython(code: str) -> None:
    assert isinstance(run(doc(code)).error, SyntaxError)
    assert [found.code for found in check_syntax(doc(code))] == ["syntax"]


def test_executor_takes_the_first_ipython_block_and_all_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int | None] = []

    class Entry:
        name = "ipython"

        def load(self) -> Any:
            return lambda namespace, path: lambda block: taken.append(block.index)

    monkeypatch.setattr(executors, "entry_points", lambda group: [Entry()])
    result = run(doc("x = 1", "%magic", "y = 2"))
    assert result.error is None
    assert (taken, "x" in result.namespace, "y" in result.namespace) == ([2, 3], True, False)
    assert [one.block for one in result.trace] == [1, 2, 3]


# -- find ---------------------------------------------------------------------------------------------------


def test_block_is_found_by_name_and_by_number() -> None:
    document = parse("```python\nx\n```\n\n```python name=load\nx\n```\n")
    assert find_block(document, "load").index == 2
    assert find_block(document, "1").index == 1


@pytest.mark.parametrize(
    ("wanted", "hint"), [("laod", "load"), ("3", "1 to 2"), ("0", "1 to 2"), ("²", "1 to 2")]
)
def test_unknown_block_is_refused_with_what_there_is(wanted: str, hint: str) -> None:
    document = parse("```python\nx\n```\n\n```python name=load\nx\n```\n")
    with pytest.raises(RunError) as caught:
        find_block(document, wanted)
    assert caught.value.code == "unknown-block"
    assert hint in caught.value.diagnostic.hint


# -- streams ------------------------------------------------------------------------------------------------


def test_output_goes_to_its_block_and_to_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(doc("import sys\nprint('a')\nprint('e', file=sys.stderr)", "print('b')"))
    assert (text(result, 1), text(result, 1, "stderr"), text(result, 2)) == ("a\n", "e\n", "b\n")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("a\nb\n", "e\n")


def test_streams_are_back_after_a_block_replaced_them() -> None:
    before = sys.stdout, sys.stderr
    result = run(
        doc("import sys, io\nsys.stdout = sys.stderr = io.StringIO()\nprint('x')", "sys.stdout = None")
    )
    assert result.error is None
    assert before == (sys.stdout, sys.stderr)


def test_stream_that_a_block_closes_is_closed_for_the_blocks_only(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(doc("import sys\nsys.stdout.close()\nclosed = sys.stdout.closed", "print('x')"))
    assert isinstance(result.error, ValueError)
    assert result.namespace["closed"] is True
    print("still here")
    assert "still here" in capsys.readouterr().out


def test_a_gigabyte_of_text_is_bounded_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counter(io.StringIO):
        count = 0

        def write(self, text: str, /) -> int:
            self.count += len(text)
            return len(text)

    console = Counter()
    monkeypatch.setattr(sys, "stdout", console)
    gc.collect()
    tracemalloc.start()
    try:
        result = run(doc("piece = 'x' * 2**20\nfor _ in range(1024): print(piece, end='')"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.error is None
    assert console.count == 2**30
    assert peak < 16 * 2**20
    assert result.trace[0].dropped == 2**30 - 2**20
    (output,) = result.to_json()["blocks"][0]["outputs"]
    assert f"{2**30 - 2**20} more characters" in output["text"]


def test_one_long_text_reaches_sinks_in_pieces() -> None:
    events: list[Event] = []
    run(doc("print('x' * 10**6, end='')"), sinks=[events.append])
    pieces = [event.text for event in events if isinstance(event, Output)]
    assert sum(map(len, pieces)) == 10**6
    assert max(map(len, pieces)) <= 2**16


def test_threads_belong_to_no_block_unless_pinned(capsys: pytest.CaptureFixture[str]) -> None:
    code = """
import threading, moonlight
def loose(): print("loose")
def pinned():
    with moonlight.block(1): print("pinned")
for f in (loose, pinned):
    t = threading.Thread(target=f); t.start(); t.join()
"""
    result = run(doc("print('one')", code))
    assert result.error is None
    assert text(result, 1) == "one\npinned\n"
    assert text(result, 2) == ""
    assert "loose" in capsys.readouterr().out


def test_tasks_belong_to_the_block_that_made_them() -> None:
    first = """
import asyncio
loop = asyncio.new_event_loop()
async def say(): print("from the task")
task = loop.create_task(say())
"""
    result = run(doc(first, "print('two')\nloop.run_until_complete(task)\nloop.close()"))
    assert result.error is None
    assert text(result, 1) == "from the task\n"
    assert text(result, 2) == "two\n"


def test_block_outside_of_a_run_and_of_one_that_has_not_run_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="no document"), moonlight.block(1):
        pass
    result = run(doc("import moonlight\nwith moonlight.block(7): pass"))
    assert "block 7 has not run" in str(result.error)


# -- nesting ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hook")
def test_import_of_another_document_nests_and_its_output_belongs_to_the_block(write: Write) -> None:
    write("print('hello from inner')", name="inner_doc.py.md")
    path = write("print('a')", "import inner_doc", "print('b')", name="outer.py.md")
    result = run(parse(path.read_text(), str(path)))
    assert result.error is None
    tree = [(depth, one.block, Path(one.path or "").name) for depth, one in result.tracker.tree()]
    outer = "outer.py.md"
    assert tree == [(0, 1, outer), (0, 2, outer), (1, None, "inner_doc.py.md"), (0, 3, outer)]
    assert text(result, 2) == "hello from inner\n"
    assert result.to_json()["order"] == [1, 2, 3]


@pytest.mark.usefixtures("hook")
def test_error_in_an_imported_document_shows_no_frame_of_ours(write: Write) -> None:
    inner = write("x = 1", "1 / 0", name="inner_bad.py.md")
    path = write(
        "import traceback\ntry:\n    import inner_bad\n"
        "except ZeroDivisionError:\n    seen = traceback.format_exc()",
        "import inner_bad",
    )
    result = run(parse(path.read_text(), str(path)))
    assert isinstance(result.error, ZeroDivisionError)
    assert frames(result.error) == [str(path), str(inner)]
    assert result.namespace["seen"].count("File") == 2


def test_run_inside_a_running_document_has_its_own_trace(capsys: pytest.CaptureFixture[str]) -> None:
    code = """
import moonlight
print("before")
inner = moonlight.run(moonlight.parse("```python\\nprint('inner')\\n```\\n\\n```python\\n1 / 0\\n```\\n"))
print("after")
"""
    result = run(doc(code, "print('two')"))
    assert result.error is None
    inner = result.namespace["inner"]
    assert text(inner, 1) == "inner\n"
    assert [(one.order, one.parent, one.status) for one in inner.trace] == [
        (1, None, "done"),
        (2, None, "failed"),
    ]
    assert text(result, 1) == "before\ninner\nafter\n"
    assert text(result, 2) == "two\n"
    assert capsys.readouterr().out == "before\ninner\nafter\ntwo\n"


def test_function_of_another_block_is_an_edge() -> None:
    result = run(doc("def f(): return 1", "f()", "x = f() + f()", "y = 1"), calls=True)
    assert result.to_json()["edges"] == [[2, 1], [3, 1]]


def test_events_come_in_order() -> None:
    events: list[Event] = []
    run(doc("print('a', end='')", "1 / 0"), sinks=[events.append])
    kinds = [(type(event), event.block) for event in events]
    assert kinds == [(BlockEntered, 1), (Output, 1), (BlockLeft, 1), (BlockEntered, 2), (BlockLeft, 2)]


def test_trace_has_the_shape_of_the_contract(write: Write) -> None:
    path = write("print('a')\nprint('b')", "1 / 0", "x = 1")
    trace = run(parse(path.read_text(), str(path))).to_json()
    assert list(trace) == ["path", "blocks", "order", "edges", "lines"]
    assert trace["path"] == str(path)
    keys = ["index", "status", "started", "duration", "outputs", "error"]
    assert [list(block) for block in trace["blocks"]] == [keys] * 3
    assert [block["status"] for block in trace["blocks"]] == ["done", "failed", "not run"]
    assert trace["blocks"][0]["outputs"] == [{"stream": "stdout", "text": "a\nb\n"}]
    assert trace["order"] == [1, 2]


def test_empty_document_runs() -> None:
    for nothing in ("", "# Only prose\n", "```js\nx\n```\n", "```python\n```\n"):
        assert run(parse(nothing)).error is None


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends_keep_the_lines(newline: str) -> None:
    error = run(parse(text_of("x = '''a\nb'''", "1 / 0").replace("\n", newline))).error
    assert error is not None
    assert traceback.extract_tb(error.__traceback__)[0].lineno == 13


def test_document_with_a_byte_order_mark_and_odd_separators_keeps_its_lines() -> None:
    error = run(parse("\ufeff# t\u2028\x0c\n\n```python\nx = 'a\x0cb\u2028'\n1 / 0\n```\n")).error
    assert error is not None
    assert traceback.extract_tb(error.__traceback__)[0].lineno == 5


def test_result_can_be_read_after_its_file_is_gone(write: Write) -> None:
    path = write("print('a')")
    result = run(parse(path.read_text(), str(path)))
    os.unlink(path)
    assert pickle.dumps(result.to_json())
    assert text(result, 1) == "a\n"
