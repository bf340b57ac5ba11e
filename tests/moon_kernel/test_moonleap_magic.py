"""``%moonleap`` and ``%%moonleap``: what a spec generates, seen and written from a notebook."""

from __future__ import annotations

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from moon_kernel.moonleap_cells import MARKS, OPTIONS, CellMarks
from moon_kernel.moonleap_magic import read_request
from moon_kernel.moonleap_views import View, diff_html, file_link
from moonleap.deciding import Change
from moonleap.decorators import MARKS as MOONLEAP_MARKS
from moonleap.documents import VALUED
from moonleap.generation import generate
from moonleap.graph import Graph
from moonlight.diagnostic import Diagnostic, Span
from moonlight.document import parse
from tests.moon_kernel.client import Answer, Client, cell, plain

RULES = """\
from dataclasses import dataclass
from moonleap import Resource, create, extend, rule
from moonleap.verbs import has

@dataclass
class Item(Resource):
    name: str

@create("item")
def create_item(term, block):
    return Item(term.data)

@create("big:item")
def create_item(term, block):
    return Item("BIG")

@rule("shop", has, "item")
def shop_has_item(shop, item): ...

@extend(Item)
class ExtendItem:
    def render(self, write_file, render_template, output_path):
        write_file(f"items/{self.name}.txt", f"hello {self.name}\\n")
"""
SPEC = "# The my:shop\n\n:It /has a small:item and a big:item.\n"


@pytest.fixture
def shop(kernel: Client, tmp_path: Path) -> Client:
    """A kernel in an empty folder, with a document there."""
    kernel.run(f"%cd -q {tmp_path}")
    (tmp_path / "shop.py.md").write_text("", encoding="utf-8")
    kernel.run(f"%moon document {tmp_path / 'shop.py.md'}")
    return kernel


def shown(answer: Answer) -> dict[str, Any]:
    """The last display of an answer."""
    (found,) = answer.contents("display_data")
    data: dict[str, Any] = found["data"]
    return data


def first_line(answer: Answer) -> str:
    return str(shown(answer)["text/plain"]).split("\n")[0]


def files(folder: Path, out: str = "moonleap_out") -> dict[str, str]:
    """Generated files and what they say."""
    root = folder / out
    found = [path for path in sorted(root.rglob("*")) if path.is_file() and ".moonleap" not in path.parts]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in found}


def test_a_cell_is_previewed_and_then_written(shop: Client, tmp_path: Path) -> None:
    assert shop.run(RULES, cell_id="rules").ok
    answer = shop.run(f"%%moonleap\n{SPEC}")
    summary = "%%moonleap: 3 resources, 2 relations → moonleap_out: 2 new"
    assert first_line(answer) == f"{summary} (a preview: --write writes)"
    assert files(tmp_path) == {}
    page = shown(answer)["text/html"]
    assert "<svg" in page
    assert "<ins>+hello BIG</ins>" in page
    assert "<script" not in page
    assert first_line(shop.run(f"%%moonleap --write\n{SPEC}")) == f"{summary} (written)"
    assert files(tmp_path) == {"items/BIG.txt": "hello BIG\n", "items/small.txt": "hello small\n"}
    assert shop.run(f"%%moonleap --check\n{SPEC}").ok


def test_document_and_folder_give_the_files_of_the_cell(shop: Client, tmp_path: Path) -> None:
    text = f"# Shop\n\n```python\n{RULES}```\n\n```python\n%%moonleap -o cell --write\n{SPEC}```\n"
    document = tmp_path / "shop.py.md"
    document.write_text(text, encoding="utf-8")
    for index in (1, 2):
        assert shop.block(text, index, f"cell-{index}").ok
    expected = files(tmp_path, "cell")
    assert len(expected) == 2
    assert shop.run("%moonleap shop.py.md -o document --write").ok
    assert files(tmp_path, "document") == expected
    manifests = [
        (tmp_path / out / ".moonleap" / "manifest.json").read_bytes() for out in ("cell", "document")
    ]
    assert manifests[0] == manifests[1]
    assert shop.run("Item.__module__, __name__, ExtendItem.__name__").ok, (
        "the kernel's main module is its own"
    )
    made = generate(str(document))
    assert {file.path: file.text for file in made.files} == expected
    shutil.rmtree(tmp_path / "cell")
    command = [sys.executable, "-m", "moonlight", "run", str(document)]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, timeout=60)
    assert files(tmp_path, "cell") == expected
    (tmp_path / "spec.md").write_text(SPEC, encoding="utf-8")
    (tmp_path / "rules.py").write_text(RULES, encoding="utf-8")
    (tmp_path / "settings.yml").write_text("packages_by_scope:\n  default: [rules]\n", encoding="utf-8")
    assert shop.run("%moonleap . -o folder --write").ok
    assert files(tmp_path, "folder") == expected


def test_errors_name_the_line_of_the_document(shop: Client, tmp_path: Path) -> None:
    text = "Text.\n\n```python\n\n%%moonleap\n# The a:b\n## The a:b\n```\n"
    (tmp_path / "shop.py.md").write_text(text, encoding="utf-8")
    answer = shop.block(text, 1)
    assert not answer.ok
    assert "shop.py.md:7: error: `a:b` is described by two titles" in shown(answer)["text/plain"]
    assert answer.traceback == "moonleap: 1 error; nothing was written"
    command = [sys.executable, "-m", "moonlight", "run", "shop.py.md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "shop.py.md:7: error: `a:b` is described by two titles" in done.stdout
    assert "MoonleapError: 1 error; nothing was written" in done.stderr


def test_a_cell_that_runs_again_replaces_its_rules_and_no_others(shop: Client, tmp_path: Path) -> None:
    other = '@create("thing")\ndef create_item(term): return Item("thing")\n'
    shop.run(RULES, cell_id="rules")
    shop.run(other, cell_id="other")
    again = RULES.replace("hello", "bye").replace("def create_item", "def renamed")
    shop.run(again, cell_id="rules")
    assert shop.run(f"%%moonleap --write\n{SPEC}A thing:thing.\n").ok
    assert files(tmp_path) == {
        "items/BIG.txt": "bye BIG\n",
        "items/small.txt": "bye small\n",
        "items/thing.txt": "bye thing\n",
    }
    shop.run(again.replace("@rule", "# @rule").replace("def", "de f", 1), cell_id="rules")
    assert shop.run(f"len({MARKS})").text == "5"
    shop.run("pass", cell_id="rules")
    answer = shop.run(f"%%moonleap\n{SPEC}")
    assert "moonleap_out: 3 removed" in first_line(answer)


def test_without_cell_ids_the_blocks_of_a_document_are_the_cells(shop: Client, tmp_path: Path) -> None:
    first, second = RULES.split('@create("big:item")')
    blocks = [first, '@create("big:item")' + second, f"%%moonleap --write\n{SPEC}"]
    text = "\n".join(f"```python\n{block}```\n" for block in blocks)
    (tmp_path / "shop.py.md").write_text(text, encoding="utf-8")
    for index in (1, 2, 1, 3):
        assert shop.block(text, index).ok
    assert files(tmp_path) == {"items/BIG.txt": "hello BIG\n", "items/small.txt": "hello small\n"}


def test_rules_for_classes_of_packages_and_of_cells_that_ran_again_count(
    shop: Client, tmp_path: Path
) -> None:
    classes, rules = RULES.split('@create("item")')
    (tmp_path / "kinds.py").write_text(RULES.partition("@rule")[0], encoding="utf-8")
    (tmp_path / "settings.yml").write_text("packages_by_scope:\n  default: [kinds]\n", encoding="utf-8")
    extension = "from kinds import *\nfrom moonleap.verbs import has\n@extend" + RULES.partition("@extend")[2]
    extension += "@rule('shop', has, Item)\ndef note(shop, item): item.name += '!'\n"
    assert shop.run(extension, cell_id="extension").ok
    assert shop.run(f"%%moonleap --write\n{SPEC}", cell_id="spec").ok
    assert set(files(tmp_path)) == {"items/BIG!.txt", "items/small!.txt"}
    (tmp_path / "settings.yml").unlink()
    shop.run(classes, cell_id="classes")
    shop.run("@extend" + RULES.partition("@extend")[2].replace("hello", "again"), cell_id="extension")
    shop.run(classes, cell_id="classes")
    shop.run('@create("item")' + rules.partition("@create")[0], cell_id="creation")
    assert shop.run(f"%%moonleap -o again --write\n{SPEC}", cell_id="spec").ok
    assert files(tmp_path, "again")["items/small.txt"] == "again small\n"


def test_names_of_the_notebook_that_mean_something_else_do_no_harm(shop: Client, tmp_path: Path) -> None:
    shop.run("meta = {'a': 1}\nimport json as transforms\nmodules = 3", cell_id="names")
    shop.run(RULES, cell_id="rules")
    assert shop.run(f"%%moonleap --write\n{SPEC}").ok
    assert len(files(tmp_path)) == 2


def test_a_folder_takes_no_rules_of_the_notebook(shop: Client, tmp_path: Path) -> None:
    (tmp_path / "spec.md").write_text(SPEC, encoding="utf-8")
    answer = shop.run(RULES + "\n%moonleap . --graph", cell_id="one")
    assert "- small:item\n" in shown(answer)["text/plain"]


def test_settings_beside_two_specs_do_not_see_each_other(shop: Client, tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "spec.md").write_text(SPEC, encoding="utf-8")
        (folder / "rules.py").write_text(RULES.replace("hello", name), encoding="utf-8")
        (folder / "settings.yml").write_text("packages_by_scope:\n  default: [rules]\n", encoding="utf-8")
        assert shop.run(f"%moonleap {name} -o {name}/out --write").ok
    assert [files(tmp_path / name, "out")["items/BIG.txt"] for name in ("one", "two")] == [
        "one BIG\n",
        "two BIG\n",
    ]
    assert shop.run("import sys; print('rules' in sys.modules)").text == "False\n"


def test_edits_are_merged_conflicts_and_stale_folders_fail(shop: Client, tmp_path: Path) -> None:
    shop.run(RULES.replace("hello {self.name}", "a\\n\\n\\n\\nb {self.name}"), cell_id="rules")
    assert shop.run(f"%%moonleap --write\n{SPEC}").ok
    edited = tmp_path / "moonleap_out" / "items" / "small.txt"
    edited.write_text(edited.read_text(encoding="utf-8").replace("a\n", "mine\n"), encoding="utf-8")
    shop.run(RULES.replace("hello {self.name}", "a\\n\\n\\n\\nc {self.name}"), cell_id="rules")
    checked = shop.run(f"%%moonleap --check\n{SPEC}")
    assert not checked.ok
    assert "is not what the spec generates: 1 changed, 1 merged" in checked.traceback
    assert '<span class="badge tone-note">merged</span>' in shown(checked)["text/html"]
    assert shop.run(f"%%moonleap --write\n{SPEC}").ok
    assert files(tmp_path)["items/small.txt"] == "mine\n\n\n\nc small\n"
    shop.run(RULES.replace("hello {self.name}", "z\\n\\n\\n\\nc {self.name}"), cell_id="rules")
    failed = shop.run(f"%%moonleap --write\n{SPEC}")
    assert "you and the generator changed the same lines" in shown(failed)["text/plain"]
    assert failed.traceback == "moonleap: 1 error; written"


def test_a_run_that_takes_long_tells_how_far_it_is(shop: Client) -> None:
    slow = RULES.replace("write_file(f", "__import__('time').sleep(0.7); write_file(f")
    shop.run(slow, cell_id="rules")
    answer = shop.run(f"%%moonleap\n{SPEC}A third:item.\n")
    assert shown(answer)["text/plain"].startswith("moonleap: render, ")
    update = answer.contents("update_display_data")[-1]["data"]
    assert "3 new" in update["text/plain"]
    assert "<svg" in update["text/html"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--wrte .", "no option --wrte; did you mean --write?"),
        (". -o", "-o needs a path"),
        ("a b", "takes one name, not 'a' and 'b'"),
        ("'a", "No closing quotation"),
        ("--write", "needs a spec folder or a document"),
    ],
)
def test_a_wrong_line_is_told_in_one_sentence(shop: Client, line: str, message: str) -> None:
    answer = shop.run(f"%moonleap {line}")
    assert message in plain(answer.text + answer.traceback)
    assert "Traceback" not in answer.traceback


def test_help_and_completion_know_every_option(shop: Client) -> None:
    text = shop.run("%moonleap").text
    assert "%moonleap SPEC_DIR" in text
    assert all(option in text for option in OPTIONS)
    asked = shop.run("%moonleap?").reply["payload"][0]["data"]["text/plain"]
    assert "--no-post-process" in asked
    shop.client.complete("%moonleap . --no")
    assert "--no-post-process" in shop.client.get_shell_msg(timeout=10)["content"]["matches"]
    shop.client.complete("%moonleap sho")
    assert "shop.py.md" in shop.client.get_shell_msg(timeout=10)["content"]["matches"]


def test_the_manual_names_every_option() -> None:
    page = Path(__file__).parents[2] / "notebooks" / "moonleap_notebook.py.md"
    text = page.read_text(encoding="utf-8")
    assert not [option for option in OPTIONS if f"`{option}" not in text]


def test_options_are_read() -> None:
    found = read_request("'my shop' --output=x --only a --only=b --force")
    assert (found.name, found.out, found.only, set(found.flags)) == ("my shop", "x", ("a", "b"), {"--force"})
    assert set(OPTIONS) >= VALUED


def test_a_terminal_has_the_magics_and_a_name_defined_again_counts_once(tmp_path: Path) -> None:
    lines = [
        "from moonleap import *",
        "@create('item')\ndef make(term): return Resource()",
        "@create('item')\ndef make(term): return Resource()",
        f"%%moonleap --graph\n{SPEC}",
        "import sys; print(len(sys.modules['__main__'].__dict__['__moonleap_marks__']))",
    ]
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'moon_kernel')\n"
        "import sys; print(sorted(n for n in sys.modules if n.startswith('moonleap')))\n"
        f"for cell in {lines!r}: shell.run_cell(cell, store_history=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"IPYTHONDIR": str(tmp_path), "PATH": ""},
        timeout=60,
    )
    first, *rest = done.stdout.strip().split("\n")
    assert first == "[]", "Moonleap is loaded when it is used"
    assert rest[0] == "%%moonleap: 3 resources, 2 relations"
    assert rest[-1] == "1"


class FakeShell:
    """What `CellMarks` needs of a shell."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {"__name__": "__main__"}
        self.events = SimpleNamespace(register=lambda name, function: None)


@pytest.mark.parametrize("cell_id", ["rules", None])
def test_rules_from_before_the_extension_was_loaded_are_replaced_by_their_names(cell_id: str | None) -> None:
    shell = FakeShell()
    code = "from moonleap import *\n@create('a')\ndef one(term): ...\n@create('b')\ndef one(term): ...\n"
    exec(code + "@create('c')\ndef two(term): ...", shell.user_ns)
    marks = CellMarks(shell)
    for _ in range(2):
        marks.before(SimpleNamespace(cell_id=cell_id, raw_cell=code))
        exec(code, shell.user_ns)
        marks.after(SimpleNamespace(error_before_exec=None))
        assert [mark.pattern.tag for mark in shell.user_ns[MARKS]] == ["c", "a", "b"]


def test_the_name_of_the_marks_is_moonleaps() -> None:
    assert MARKS == MOONLEAP_MARKS


class _Tags(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def test_nothing_of_a_spec_or_a_file_leaves_its_place_in_the_page(tmp_path: Path) -> None:
    evil = "</pre></style><script>alert(1)</script><img src=x onerror='a'>\x1b\ud800\""
    found = Diagnostic("x", f"{evil}\n{evil}", Span(evil, 1, 1), evil)
    changes = [Change(f"a/{evil}/b", "changed", b"", evil.encode("utf-8", "replace"))]
    view = View(evil, Graph(), [found], evil, changes, evil, unfolded=True, link=file_link(str(tmp_path)))
    page = _Tags(view._repr_html_())
    assert page.tags <= {
        "div",
        "style",
        "p",
        "details",
        "summary",
        "ul",
        "li",
        "span",
        "code",
        "pre",
        "ins",
        "i",
    }
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "\x1b" not in repr(view)
    repr(view).encode("utf-8")
    view._repr_html_().encode("utf-8")


def test_links_lead_to_files_below_the_document_only(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("docs/a b#.md", "outside.md"):
        (tmp_path / name).write_text("", encoding="utf-8")
    link = file_link(str(tmp_path / "docs"))
    assert link(str(tmp_path / "docs" / "a b#.md"), 7) == "a%20b%23.md#line=6"
    assert link(str(tmp_path / "docs" / "a b#.md"), 1) == "a%20b%23.md"
    assert link(str(tmp_path / "outside.md"), 1) == ""
    assert link(str(tmp_path / "docs" / "missing.md"), 1) == ""


def test_a_long_difference_is_cut_with_its_length(tmp_path: Path) -> None:
    page = diff_html(["--- a", "+++ b", "@@ -0,0 +1,1000 @@", *(f"+{n}" for n in range(1000))])
    assert page.count("<ins>") < 400
    assert "more</i>" in page
    many = [Change(f"f/{n}.txt", "unchanged", b"", b"") for n in range(900)]
    assert "900 files unchanged" in View("t", Graph(), out="o", changes=many)._repr_html_()


def test_a_page_of_many_files_stays_small() -> None:
    many = [Change(f"f{n % 9}/{n}.txt", "new", None, b"x" * 90 + b"\n" * 400) for n in range(2000)]
    view = View("t", Graph(), out="o", changes=many)
    assert len(view._repr_html_()) < 2_000_000
    assert "… and 1500 more files" in view._repr_html_()
    assert "… and 1500 more files" in repr(view)


def test_blocks_with_the_magic_are_blocks_of_their_document() -> None:
    code, metadata = cell(f"```python\n%%moonleap\n{SPEC}```\n", 1)
    assert code.startswith("%%moonleap")
    assert metadata["moon"]["block"] == 1
    assert parse(f"```python\n{code}\n```\n", "x.py.md").code_blocks
