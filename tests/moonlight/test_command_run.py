"""The command `run`: it ends, prints and fails as Python does with a script."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from moonlight.commands.run import run as command
from moonlight.document import parse
from tests.moonlight.conftest import Run, Write

posix = pytest.mark.skipif(sys.platform == "win32", reason="descriptors and signals as POSIX has them")


def outputs(trace: Path, block: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in json.loads(trace.read_text())["blocks"][block - 1]["outputs"]:
        found[piece["stream"]] = found.get(piece["stream"], "") + piece["text"]
    return found


# What a script does: the same code as document and as file, by us and by Python itself.

CASES = parse((Path(__file__).parent / "scripts.md").read_text(encoding="utf-8"))
SCRIPTS = {
    heading.raw.split("## ")[-1].strip(): code.text.rstrip("\n")
    for heading, code in pairwise(CASES.blocks)
    if code.executable
}


@pytest.mark.slow
@posix
@pytest.mark.parametrize("name", SCRIPTS)
def test_document_ends_and_prints_as_the_same_script_does(
    name: str, write: Write, python: Run, moonlight: Run, tmp_path: Path
) -> None:
    code = SCRIPTS[name]
    write(raw=f"```python\n{code}\n```\n", name="job.py.md")
    (tmp_path / "job.py").write_text("#\n" + code + "\n")  # so that the lines are the same
    (tmp_path / "helper.py").write_text("x = 1\n")
    if name == "doc":
        (tmp_path / "job.py").write_text(code + "\n")
    ours = moonlight("run", "job.py.md", "--", "-a", "b", stdin="some text\n")
    pythons = python("job.py", "-a", "b", stdin="some text\n")
    assert ours.stderr.replace("job.py.md", "job.py") == pythons.stderr
    assert ours.stdout.replace("job.py.md", "job.py") == pythons.stdout
    assert ours.returncode == pythons.returncode


@posix
def test_interrupt_from_outside_ends_as_python_does(write: Write, tmp_path: Path) -> None:
    write("print('ready', flush=True)\nimport time\ntime.sleep(30)", name="long.py.md")
    process = subprocess.Popen(
        [sys.executable, "-m", "moonlight", "run", "long.py.md", "--trace", "t.json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT
    assert error.endswith("KeyboardInterrupt\n")
    assert "moonlight" not in error.replace(str(tmp_path), "")
    assert json.loads((tmp_path / "t.json").read_text())["blocks"][0]["status"] == "interrupted"


@posix
@pytest.mark.parametrize("options", [(), ("--trace", "t.json")])
def test_closed_descriptors_are_as_with_python(
    options: tuple[str, ...], write: Write, moonlight: Run, tmp_path: Path
) -> None:
    write(
        "import sys, os\nprint('x')\nos.system('echo y')\nprint(sys.stdout, file=sys.stderr)",
        name="closed.py.md",
    )
    shell = ("sh", "-c", 'exec "$@" >&-', "sh")
    done = moonlight("run", "closed.py.md", *options, prefix=shell)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("None\n")


@posix
@pytest.mark.parametrize("options", [(), ("--trace", "t.json")])
def test_reader_that_goes_away_ends_the_run_as_with_python(
    options: tuple[str, ...], write: Write, tmp_path: Path
) -> None:
    write("import sys\nwhile True:\n    print('x' * 100)", name="endless.py.md")
    command_line = [sys.executable, "-m", "moonlight", "run", "endless.py.md", *options]
    process = subprocess.Popen(command_line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    error = process.stderr.read().decode()
    assert process.wait(timeout=20) in (1, 120)
    assert "BrokenPipeError" in error
    assert "streams.py" not in error
    process.stderr.close()


# -- options ------------------------------------------------------------------------------------------------


def test_module_option_sets_the_name(write: Write, moonlight: Run) -> None:
    write("print(__name__)", name="my_mod.py.md")
    assert moonlight("run", "--module", "my_mod.py.md").stdout == "my_mod\n"


def test_no_exec_shows_the_code_and_runs_nothing(write: Write, moonlight: Run) -> None:
    write("print(1)", name="shown.py.md")
    done = moonlight("run", "shown.py.md", "--no-exec")
    assert done.stdout == "# --- Block 1 from shown.py.md: line 5 ---\nprint(1)\n"


def test_no_exec_reports_every_syntax_error_with_its_line(write: Write, moonlight: Run) -> None:
    write("x = = 1", "y = 2", "def f(:", name="wrong.py.md")
    done = moonlight("run", "wrong.py.md", "--no-exec")
    assert done.returncode == 1
    assert [line.split(" ")[0] for line in done.stderr.splitlines() if "error" in line] == [
        "wrong.py.md:6:",
        "wrong.py.md:18:",
    ]


def test_export_writes_and_runs_and_with_no_exec_only_writes(
    write: Write, moonlight: Run, tmp_path: Path
) -> None:
    write("print('ran')", name="out.py.md")
    out = tmp_path / "out.py"
    assert moonlight("run", "out.py.md", "--export", "out.py", "--no-exec").stdout == ""
    assert out.read_text() == "# --- Block 1 from out.py.md: line 5 ---\nprint('ran')\n"
    out.unlink()
    assert moonlight("run", "out.py.md", "--export", "out.py").stdout == "ran\n"
    assert out.is_file()


def test_export_does_not_replace_a_file_that_was_not_exported(
    write: Write, moonlight: Run, tmp_path: Path
) -> None:
    write("print('ran')", name="out.py.md")
    (tmp_path / "mine.py").write_text("precious = 1\n")
    done = moonlight("run", "out.py.md", "--export", "mine.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert "not exported" in done.stderr
    assert (tmp_path / "mine.py").read_text() == "precious = 1\n"


def test_block_option_runs_what_the_block_needs(write: Write, moonlight: Run) -> None:
    raw = "```python\nx = 1\n```\n```python\nprint('not me')\n```\n```python name=end\nprint(x)\n```\n"
    write(raw=raw, name="named.py.md")
    assert moonlight("run", "named.py.md", "--block", "end").stdout == "1\n"
    assert moonlight("run", "named.py.md", "--block", "2").stdout == "not me\n"
    done = moonlight("run", "named.py.md", "--block", "ned")
    assert (done.returncode, "did you mean 'end'?" in done.stderr) == (1, True)


def test_verbose_is_one_line_of_progress_for_each_block(write: Write, moonlight: Run) -> None:
    write("x = 1", "1 / 0", "x = 2", name="talking.py.md")
    done = moonlight("run", "-v", "talking.py.md")
    first, second = done.stderr.splitlines()[:2]
    assert first.startswith("[1/3] block 1, line 5: done in 0.0")
    assert second.startswith("[2/3] block 2, line 11: failed in 0.0")


def test_trace_holds_status_outputs_order_edges_and_lines(
    write: Write, moonlight: Run, tmp_path: Path
) -> None:
    write("def f():\n    print('f')", "f()", "1 / 0", "x = 1", name="traced.py.md")
    done = moonlight("run", "traced.py.md", "--trace", "t.json", "-v")
    assert (done.returncode, done.stdout) == (1, "f\n")
    trace = json.loads((tmp_path / "t.json").read_text())
    assert list(trace) == ["path", "blocks", "order", "edges", "lines"]
    assert (trace["path"], trace["order"], trace["edges"]) == ("traced.py.md", [1, 2, 3], [[2, 1]])
    assert [block["status"] for block in trace["blocks"]] == ["done", "done", "failed", "not run"]
    assert trace["blocks"][1]["outputs"] == [{"stream": "stdout", "text": "f\n"}]
    assert trace["blocks"][2]["outputs"] == []


@posix
def test_output_of_child_processes_belongs_to_the_block_in_the_order_of_writing(
    write: Write, moonlight: Run, tmp_path: Path
) -> None:
    code = """
import os, subprocess, sys
print("one", flush=True)
os.system("echo two")
print("three", flush=True)
subprocess.run([sys.executable, "-c", "import sys; print('four'); print('e', file=sys.stderr)"])
print("five")
"""
    write("print('first')", code, "print('last')", name="children.py.md")
    done = moonlight("run", "children.py.md", "--trace", "t.json")
    assert done.stdout == "first\none\ntwo\nthree\nfour\nfive\nlast\n"
    assert outputs(tmp_path / "t.json", 2) == {"stdout": "one\ntwo\nthree\nfour\nfive\n", "stderr": "e\n"}
    assert outputs(tmp_path / "t.json", 3) == {"stdout": "last\n"}


@posix
def test_forked_child_prints_once_and_leaves_trace_and_events_to_its_parent(
    write: Write, moonlight: Run, tmp_path: Path
) -> None:
    code = """
import os
print("before", flush=True)
pid = os.fork()
if pid: os.waitpid(pid, 0)
print(bool(pid), flush=True)
"""
    write(code, "print('after', flush=True)", name="forks.py.md")
    done = moonlight("run", "forks.py.md", "--trace", "t.json", "--events", "e.jsonl")
    assert done.returncode == 0
    assert sorted(done.stdout.split()) == ["False", "True", "after", "after", "before"]
    assert set(outputs(tmp_path / "t.json", 1)["stdout"].split()) >= {"before", "True", "False"}
    kinds = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    assert [(e["event"], e["block"]) for e in kinds if e["event"] != "Output"] == [
        ("BlockEntered", 1), ("BlockLeft", 1), ("BlockEntered", 2), ("BlockLeft", 2),
    ]  # fmt: skip


@posix
def test_multiprocessing_by_fork_and_spawn_works_from_a_document(
    write: Write, moonlight: Run, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import moonlight\nmoonlight.install_hook()\n")
    code = """
import multiprocessing as mp
def double(x): return 2 * x
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        with mp.get_context(method).Pool(1) as pool: print(method, pool.map(double, [1, 2]))
"""
    write("base = 2", code, name="pooled.py.md")
    root = Path(__file__).parent.parent.parent
    done = moonlight("run", "pooled.py.md", env={"PYTHONPATH": f"{site}:{root}"})
    assert done.stdout == "fork [2, 4]\nspawn [2, 4]\nforkserver [2, 4]\n", done.stderr


def test_events_are_json_lines_as_they_happen(write: Write, moonlight: Run, tmp_path: Path) -> None:
    write("print('é\\ud83d', file=__import__('sys').stderr)", "import os\nos._exit(3)", name="events.py.md")
    done = moonlight("run", "events.py.md", "--events", "e.jsonl", "--lines", "full")
    assert done.returncode == 3
    found = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    kinds = [event["event"] for event in found]
    assert kinds == ["BlockEntered", "LineReached", "Output", "Output", "BlockLeft", "BlockEntered"]
    assert found[0].keys() == {"event", "order", "block", "time", "parent"}
    assert found[1]["line"] == 6


@pytest.mark.parametrize("option", ["--trace", "--events"])
def test_place_that_is_not_there_is_told_before_anything_runs(
    option: str, write: Write, moonlight: Run
) -> None:
    write("print('ran')", name="early.py.md")
    done = moonlight("run", "early.py.md", option, "no/such/folder.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no/such/folder.json:1: error: No such file or directory\n"


def test_full_lines_are_in_the_trace(write: Write, moonlight: Run, tmp_path: Path) -> None:
    write("x = 1\nfor i in range(2):\n    x += i", "def f():\n    return 1\nf()", name="lined.py.md")
    moonlight("run", "lined.py.md", "--trace", "t.json", "--lines", "full")
    lines = json.loads((tmp_path / "t.json").read_text())["lines"]
    assert lines == [[1, 6], [1, 7], [1, 8], [1, 7], [1, 8], [1, 7], [2, 14], [2, 16], [2, 15]]


def test_thread_that_ends_after_the_blocks_is_in_the_trace(
    write: Write, moonlight: Run, tmp_path: Path
) -> None:
    code = """
import threading, time, moonlight
def f():
    time.sleep(0.1)
    with moonlight.block(1): print("late")
threading.Thread(target=f).start()
"""
    write(code, name="late.py.md")
    assert moonlight("run", "late.py.md", "--trace", "t.json").stdout == "late\n"
    assert outputs(tmp_path / "t.json", 1) == {"stdout": "late\n"}


def test_ipython_syntax_runs_where_the_kernel_is_installed(write: Write, moonlight: Run) -> None:
    if importlib.util.find_spec("ipykernel") is None:
        pytest.skip("no kernel here")
    write(
        "x = 5",
        "names = !echo a b\nimport asyncio\nz = await asyncio.sleep(0, 7)\nprint(names, z, x)",
        name="ip.py.md",
    )
    assert moonlight("run", "ip.py.md").stdout == "['a b'] 7 5\n"


# -- -m -----------------------------------------------------------------------------------------------------


def test_module_of_a_package_runs_as_with_python_m(write: Write, moonlight: Run) -> None:
    write("", name="pkg/__init__.py.md")
    write(
        "from . import other\nimport sys\n"
        "if __name__ == '__main__': print(other.x, sys.argv[1:], __package__)",
        name="pkg/mod.py.md",
    )
    write("x = 5", name="pkg/other.py.md")
    assert moonlight("run", "-m", "pkg.mod", "a", "--", "-b").stdout == "5 ['a', '-b'] pkg\n"


def test_main_document_of_a_package_runs(write: Write, moonlight: Run) -> None:
    write("", name="prog/__init__.py.md")
    write("print('main of', __package__)", name="prog/__main__.py.md")
    assert moonlight("run", "-m", "prog").stdout == "main of prog\n"


def test_error_in_a_module_shows_the_users_frames_only(write: Write, moonlight: Run, tmp_path: Path) -> None:
    write("def f():\n    1 / 0\nf()", name="failing.py.md")
    done = moonlight("run", "-m", "failing")
    assert done.returncode == 1
    files = [line.strip() for line in done.stderr.splitlines() if line.startswith("  File")]
    path = tmp_path / "failing.py.md"
    assert files == [f'File "{path}", line 8, in <module>', f'File "{path}", line 7, in f']


def test_module_that_is_not_there_is_one_line(moonlight: Run) -> None:
    done = moonlight("run", "-m", "no_such_module_here")
    assert (done.returncode, done.stderr) == (1, "Error: No module named no_such_module_here\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing argument 'FILE'"),
        (["-m", "pkg", "--trace", "x"], "no other option"),
        (["x.py.md", "--lines", "some"], "some"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("program", ["moonlight", "moonlight.commands.run"])
def test_file_that_is_not_there_is_one_diagnostic(program: str, python: Run) -> None:
    code = "import sys; sys.argv[1:] = ['no.py.md']; from moonlight.commands.run import main; main()"
    done = python("-c", code) if program.endswith("run") else python("-m", "moonlight", "run", "no.py.md")
    assert (done.returncode, done.stderr) == (1, "no.py.md:1: error: no such file\n")
