"""The command `moonleap gen`, from a spec folder to files on disk and back again."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from moonleap import generate
from moonleap.cli import cli
from tests.moonleap.outputs import traces, tree
from tests.moonleap.specs import write

SPEC = "# The shop:package\n\n:It /has a cart:item and an order:item.\n"
RULES = """\
from pathlib import Path

from moonleap import Resource, StoreTemplateDirs, create, extend, rule
from moonleap.verbs import has


class Item(Resource):
    def __init__(self, name):
        self.name = name


@create("item")
def create_item(term, block):
    item = Item(term.data)
    item.add_template_dir(Path(__file__).parent / "templates")
    return item


@rule("package", has, "item")
def package_has_item(package, item):
    print("a rule may print")


@extend(Item)
class ExtendItem(StoreTemplateDirs): ...
"""
FILES = {
    "spec.md": SPEC,
    "settings.yml": "packages_by_scope: {default: [rules]}\n",
    "rules.py": RULES,
    "templates/{{ res.name }}/__init__.py.j2": '"""{{ res.name }}"""\n\nNAME = "{{ res.name }}"\n\nEND = 1\n',
    "templates/{{ res.name }}/data.bin": "as it is\n",
}


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["gen", *args], prog_name="moonleap")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "shop", FILES)


def test_files_are_written_and_the_second_run_touches_nothing(folder: Path) -> None:
    first = run("shop")
    assert (first.exit_code, first.stderr) == (0, "a rule may print\n" * 2)
    assert first.stdout == (
        "new         cart/__init__.py\nnew         cart/data.bin\n"
        "new         order/__init__.py\nnew         order/data.bin\nmoonleap_out: 4 new\n"
    )
    out = Path("moonleap_out")
    assert (out / "cart/__init__.py").read_text() == '"""cart"""\n\nNAME = "cart"\n\nEND = 1\n'
    assert (out / ".moonleap/spec.md").read_text() == SPEC
    before = traces(folder.parent)
    assert run("shop").stdout == "moonleap_out: 4 unchanged\n"
    assert traces(folder.parent) == before


def test_an_edit_survives_a_change_of_spec_and_template(folder: Path) -> None:
    run("shop", "-o", "out")
    mine = Path("out/cart/__init__.py")
    mine.write_text(mine.read_text().replace("END = 1", "END = 1\n\n\ndef mine(): ..."))
    write(
        folder,
        {"templates/{{ res.name }}/__init__.py.j2": '"""The {{ res.name }}."""\n\nNAME = 1\n\nEND = 1\n'},
    )
    write(folder, {"spec.md": SPEC.replace(" and an order:item", "")})
    result = run("shop", "-o", "out")
    assert result.exit_code == 0
    assert result.stdout == (
        "merged      cart/__init__.py\nremoved     order/__init__.py\nremoved     order/data.bin\n"
        "out: 1 merged, 1 unchanged, 2 removed\n"
    )
    assert mine.read_text() == '"""The cart."""\n\nNAME = 1\n\nEND = 1\n\n\ndef mine(): ...\n'
    assert not Path("out/order").exists()


def test_a_dry_run_a_diff_and_a_check_write_nothing(folder: Path) -> None:
    for option in ("--dry-run", "--diff", "--check"):
        result = run("shop", option)
        assert result.exit_code == (1 if option == "--check" else 0)
        assert not Path("moonleap_out").exists()
    run("shop")
    write(folder, {"templates/{{ res.name }}/data.bin": "changed\n"})
    before = traces(Path("moonleap_out"))
    assert run("shop", "--dry-run").stdout == (
        "changed     cart/data.bin\nchanged     order/data.bin\nmoonleap_out: 2 changed, 2 unchanged\n"
    )
    diff = run("shop", "--diff").stdout
    assert diff.startswith(
        "diff --git a/cart/data.bin b/cart/data.bin\n--- a/cart/data.bin\n+++ b/cart/data.bin\n"
    )
    check = run("shop", "--check")
    assert (check.exit_code, check.stderr.splitlines()[-1]) == (1, "moonleap_out is stale: generate it again")
    assert traces(Path("moonleap_out")) == before
    subprocess.run(["git", "apply", "-"], cwd="moonleap_out", input=diff.encode(), check=True)
    assert run("shop", "--check").exit_code == 0


def test_json_is_one_document(folder: Path) -> None:
    plan = json.loads(run("shop", "--dry-run", "--json").stdout)
    report = json.loads(run("shop", "--json").stdout)
    assert (plan.pop("stale"), report.pop("written")) == (True, True)
    assert plan == report
    assert set(plan) == {"out", "files", "folders", "diagnostics"}
    (file, *_) = plan["files"]
    assert (file["path"], file["status"], file["origin"], file["template"]) == (
        *("cart/__init__.py", "new", "cart:item"),
        "templates/{{ res.name }}/__init__.py.j2",
    )
    assert plan["folders"] == [{"path": "cart", "status": "new"}, {"path": "order", "status": "new"}]


def test_a_conflict_is_written_told_and_ends_with_1(folder: Path) -> None:
    run("shop")
    Path("moonleap_out/cart/data.bin").write_text("mine\n")
    write(folder, {"templates/{{ res.name }}/data.bin": "changed\n"})
    result = run("shop")
    assert result.exit_code == 1
    assert result.stdout.startswith("conflict    cart/data.bin\nchanged     order/data.bin\n")
    assert "moonleap_out/cart/data.bin:1: error: 1 conflict" in result.stderr
    again = run("shop")
    assert (again.exit_code, again.stdout) == (
        *(1,),
        "unresolved  cart/data.bin\nmoonleap_out: 3 unchanged, 1 unresolved\n",
    )
    assert run("shop", "--only", "moonleap_out/cart/data.bin", "--force").exit_code == 0
    assert Path("moonleap_out/cart/data.bin").read_text() == "changed\n"


def test_a_spec_with_errors_leaves_the_old_tree(folder: Path) -> None:
    run("shop")
    before = traces(Path("moonleap_out"))
    write(folder, {"templates/{{ res.name }}/data.j2": "{{ res.nothing }}"})
    result = run("shop")
    assert (result.exit_code, result.stdout, traces(Path("moonleap_out"))) == (1, "", before)
    assert json.loads(run("shop", "--json").stdout)["files"] == []
    assert run("shop", "-o", "other").exit_code == 1
    assert not Path("other").exists()


def test_formatters_run_once_for_each_text_and_never_outside(folder: Path) -> None:
    script = folder.parent / "upper"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nprint('called', file=open({str(folder / 'calls')!r}, 'a'))\n"
        "for name in sys.argv[1:]:\n    text = open(name).read()\n    open(name, 'w').write(text.upper())\n"
    )
    script.chmod(0o755)
    more = f"bin: {{upper: {{exe: {script}}}}}\npost_process: {{.py: [upper]}}\n"
    write(folder, {"settings.yml": FILES["settings.yml"] + more})
    for option in ("--check", "--dry-run"):
        run("shop", option)
    assert not Path("moonleap_out").exists()
    run("shop")
    assert Path("moonleap_out/cart/__init__.py").read_text().startswith('"""CART"""')
    calls, before = (folder / "calls").read_text(), traces(Path("moonleap_out"))
    assert run("shop").exit_code == 0
    assert ((folder / "calls").read_text(), traces(Path("moonleap_out"))) == (calls, before)
    for option in ("--check", "--dry-run", "--diff"):
        assert run("shop", option).exit_code == 0
    explain = CliRunner().invoke(cli, ["explain", "shop", "cart:item", "-o", "moonleap_out"])
    assert "then through upper" in explain.stdout
    assert ((folder / "calls").read_text(), traces(Path("moonleap_out"))) == (calls, before)
    assert run("shop", "--no-post-process", "--check").exit_code == 1


def test_a_first_run_that_is_refused_leaves_nothing(folder: Path) -> None:
    write(folder.parent, {"moonleap_out/cart/data.bin": "mine\n"})
    assert run("shop").exit_code == 1
    assert list(tree(Path("moonleap_out"), own=True)) == ["cart", "cart/data.bin"]


def test_generations_write_themselves(folder: Path) -> None:
    report = generate("shop").write("out")
    assert (report.written, report.failed, report.summary()) == (True, False, "4 new")
    write(folder, {"spec.md": "text\n"})
    report = generate(Path("shop")).write(Path("out"))
    assert (report.written, report.failed, len(tree(Path("out")))) == (False, True, 6)


def test_an_output_folder_that_no_system_can_have_is_an_error(folder: Path) -> None:
    result = run(str(folder), "-o", str(folder / ("x" * 300)))
    assert result.exit_code == 1
    assert "cannot be read or written: File name too long" in result.stderr


def test_wrong_command_lines_end_with_2(folder: Path) -> None:
    for args in ([], ["shop", "--onyl", "x"], ["shop", "other"], ["shop", "-o", ""]):
        assert run(*args).exit_code == 2
    assert "Did you mean 'gen'" in CliRunner().invoke(cli, ["gen1"]).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal")
def test_ctrl_c_ends_with_130_and_leaves_the_tree_whole(folder: Path) -> None:
    run("shop")
    before = tree(Path("moonleap_out"))
    slow = RULES.replace(
        'print("a rule may print")', 'print("ready", flush=True)\n    import time\n    time.sleep(30)'
    )
    write(folder, {"rules.py": slow, "templates/{{ res.name }}/data.bin": "changed\n"})
    command = [sys.executable, "-m", "moonleap", "gen", "shop"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(10), said.splitlines()[-1][:12]) == (130, "interrupted:")
    assert tree(Path("moonleap_out")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal")
def test_colours_and_progress_on_a_terminal_only(folder: Path) -> None:
    slow = RULES.replace('print("a rule may print")', "import time\n    time.sleep(0.4)")
    write(folder, {"rules.py": slow})
    assert "\x1b" not in run("shop", "--diff").output
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "moonleap", "gen", "shop"]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            said += os.read(mine, 4096)
        except OSError:
            break
    os.close(mine)
    assert process.wait(10) == 0
    assert b"\x1b[32mnew       \x1b[0m  cart/data.bin" in said
    assert b"\r\x1b[Krender" in said
