"""Importing documents: modules, packages, bytecode, and everything Python does with modules."""

from __future__ import annotations

import importlib
import importlib.resources
import importlib.util
import inspect
import linecache
import os
import pickle
import pkgutil
import py_compile
import sys
import traceback
import warnings
import zipfile
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from moonlight.importer import (
    MoonlightFinder,
    MoonlightLoader,
    bytecode_path,
    install_hook,
    uninstall_hook,
)
from tests.moonlight.conftest import Run, Write, text_of

hooked = pytest.mark.usefixtures("hook")
HOOK = "import moonlight, sys; moonlight.install_hook(); sys.path.insert(0, '.');"


@hooked
def test_document_is_a_module(write: Write) -> None:
    path = write('"""About it."""\nx = 1', "def f(): return x + 1", name="plain_doc.py.md")
    module = importlib.import_module("plain_doc")
    assert (module.f(), module.__doc__, module.__file__) == (2, "About it.", str(path))
    assert (module.__name__, module.__package__) == ("plain_doc", "")
    assert isinstance(module.__spec__ and module.__spec__.loader, MoonlightLoader)


@hooked
def test_document_wins_over_a_py_file_beside_it(write: Write, tmp_path: Path) -> None:
    write("who = 'document'", name="both_here.py.md")
    (tmp_path / "both_here.py").write_text("who = 'file'")
    assert importlib.import_module("both_here").who == "document"


@hooked
def test_package_may_mix_documents_and_files(write: Write, tmp_path: Path) -> None:
    write("from .b_part import b\nfrom . import a_part", name="mixed_pkg/__init__.py.md")
    write("from .b_part import b\na = b + 1", name="mixed_pkg/a_part.py.md")
    (tmp_path / "mixed_pkg/b_part.py").write_text(
        "b = 1\ndef late():\n    from .a_part import a\n    return a\n"
    )
    write("from ..b_part import b\nfrom mixed_pkg import a_part\nc = b", name="mixed_pkg/sub/deep.py.md")
    write("", name="mixed_pkg/sub/__init__.py.md")
    package = importlib.import_module("mixed_pkg")
    assert package.a_part.a == 2
    assert package.b_part.late() == 2
    assert importlib.import_module("mixed_pkg.sub.deep").c == 1
    assert package.__path__ == [str(tmp_path / "mixed_pkg")]


@hooked
def test_documents_may_import_each_other_in_a_circle(write: Write) -> None:
    write("import circle_two\nx = 1\ndef f(): return circle_two.y", name="circle_one.py.md")
    write("import circle_one\ny = 2\ndef g(): return circle_one.x", name="circle_two.py.md")
    one = importlib.import_module("circle_one")
    assert (one.f(), one.circle_two.g()) == (2, 1)


@hooked
def test_folder_without_init_is_a_namespace_package(write: Write) -> None:
    write("x = 1", name="name_space/part.py.md")
    assert importlib.import_module("name_space.part").x == 1
    assert importlib.import_module("name_space").__file__ is None


@hooked
def test_reload_takes_the_new_text(write: Write) -> None:
    write("x = 1", name="again_doc.py.md")
    module = importlib.import_module("again_doc")
    write("x = 2", name="again_doc.py.md")
    assert importlib.reload(module).x == 2


@hooked
def test_instances_of_classes_of_a_document_can_be_pickled(write: Write) -> None:
    write("class A:\n    def __init__(self): self.x = 1", name="pickled_doc.py.md")
    module = importlib.import_module("pickled_doc")
    assert pickle.loads(pickle.dumps(module.A())).x == 1


@hooked
def test_resources_beside_documents_are_found(write: Write, tmp_path: Path) -> None:
    write("", name="with_data/__init__.py.md")
    (tmp_path / "with_data/data.txt").write_text("some data")
    files = importlib.resources.files("with_data")
    assert files.joinpath("data.txt").read_text() == "some data"
    assert pkgutil.get_data("with_data", "data.txt") == b"some data"


@hooked
def test_pkgutil_lists_documents_beside_modules(write: Write, tmp_path: Path) -> None:
    for name in ("one.py.md", "sub/__init__.py.md", "not-a-name.py.md", "both.py.md", "prose.md"):
        write("", name=f"listed/{name}")
    for name in ("two.py", "both.py"):
        (tmp_path / "listed" / name).write_text("")
    found = [(info.name, info.ispkg) for info in pkgutil.iter_modules([str(tmp_path / "listed")], "p.")]
    assert found == [("p.both", False), ("p.one", False), ("p.sub", True), ("p.two", False)]
    (info, *_) = pkgutil.iter_modules([str(tmp_path / "listed")])
    assert isinstance(info.module_finder, MoonlightFinder)


@hooked
def test_walk_packages_descends_into_packages_that_are_documents(write: Write, tmp_path: Path) -> None:
    write("", name="walked/__init__.py.md")
    write("", name="walked/inside.py.md")
    names = [info.name for info in pkgutil.walk_packages([str(tmp_path)])]
    assert {"walked", "walked.inside"} <= set(names)


@hooked
@pytest.mark.parametrize(("option", "there"), [("skip", False), ("skip=import", False), ("skip=run", True)])
def test_skipped_blocks_are_left_out(write: Write, option: str, there: bool) -> None:
    name = f"skipped_{option.replace('=', '_')}"
    write(raw=f"```python\nx = 1\n```\n\n```python {option}\ny = 2\n```\n", name=f"{name}.py.md")
    module = importlib.import_module(name)
    assert (module.x, hasattr(module, "y")) == (1, there)


@hooked
def test_lenient_policy_of_the_front_matter_holds(write: Write) -> None:
    write(raw="---\nmoonlight: {policy: lenient}\n---\n\n```\nx = 1\n```\n", name="lenient_doc.py.md")
    assert importlib.import_module("lenient_doc").x == 1


@hooked
def test_traceback_of_an_import_shows_markdown_lines_and_no_frame_of_ours(write: Write) -> None:
    path = write("x = 1", "def f():\n    return 1 / 0\nf()", name="raising_doc.py.md")
    with pytest.raises(ZeroDivisionError) as caught:
        importlib.import_module("raising_doc")
    seen = [(f.filename, f.lineno) for f in traceback.extract_tb(caught.value.__traceback__)]
    assert [one for one in seen if "importlib" not in one[0]][1:] == [(str(path), 14), (str(path), 13)]
    assert "return 1 / 0" in "".join(traceback.format_exception(caught.value))


@hooked
def test_caret_fits_in_an_indented_fence(write: Write) -> None:
    write(raw="1. a\n\n   ```python\n   def f(): return 1 / 0\n   ```\n", name="indented_doc.py.md")
    module = importlib.import_module("indented_doc")
    with pytest.raises(ZeroDivisionError) as caught:
        module.f()
    shown = traceback.format_exception(caught.value)[-2].split("\n")
    assert shown[1:3] == ["    def f(): return 1 / 0", "                    ~~^~~"]


@hooked
def test_source_of_functions_and_classes_is_found(write: Write) -> None:
    text = (
        "# It's prose (with a parenthesis\n\n"
        "```python\nclass A:\n    x = 1\n\n    def f(self):\n        return 1\n```\n\n"
        "1. a\n\n   ```python\n   class B(A):\n       y = 2\n   def g(): return 3\n   ```\n\n"
        "```js\n{{{\n```\n"
    )
    write(raw=text, name="inspected_doc.py.md")
    module = importlib.import_module("inspected_doc")
    assert inspect.getsource(module.A) == "class A:\n    x = 1\n\n    def f(self):\n        return 1\n"
    assert inspect.getsource(module.B).replace("   class", "class").startswith("class B(A):\n")
    assert inspect.getsource(module.g).strip() == "def g(): return 3"
    assert inspect.getsource(module.A.f) == "    def f(self):\n        return 1\n"
    assert inspect.getsourcelines(module.A)[1] == 4
    assert inspect.getsourcefile(module.A) == module.__file__


@hooked
def test_get_source_is_the_sparse_program(write: Write) -> None:
    path = write("x = 1", name="sourced_doc.py.md")
    loader: Any = importlib.import_module("sourced_doc").__loader__
    assert loader.get_source("sourced_doc").split("\n")[5] == "x = 1"
    assert loader.get_filename("sourced_doc") == str(path)
    assert loader.is_package("sourced_doc") is False


@hooked
def test_future_import_in_block_5_holds_for_the_module(write: Write) -> None:
    blocks = ["'''Doc.'''\ndef f(x: Nowhere): pass", "a = 1", "a", "a", "from __future__ import annotations"]
    write(*blocks, name="future_doc.py.md")
    module = importlib.import_module("future_doc")
    assert module.f.__annotations__ == {"x": "Nowhere"}
    assert module.__doc__ == "Doc."


@hooked
@pytest.mark.parametrize(
    ("blocks", "line", "words"),
    [
        (["x = 1", "def f(:"], 12, "invalid syntax"),
        (["f(1,", "x = 1"], 6, "never closed"),
        (["x = '\0'"], 6, "null"),
        (["if 1:", "    x = 1"], 6, "expected an indented block"),
        (["if 0:\n    pass", "else:\n    pass"], 13, "invalid syntax"),
        (["x = '''a", "b'''"], 6, "unterminated"),
    ],
)
def test_block_that_is_no_python_by_itself_is_a_syntax_error_with_its_line(
    write: Write, blocks: list[str], line: int, words: str
) -> None:
    path = write(*blocks, name="wrong_doc.py.md")
    with pytest.raises(SyntaxError) as caught:
        importlib.import_module("wrong_doc")
    assert (caught.value.filename, caught.value.lineno) == (str(path), line)
    assert words in caught.value.msg


@hooked
def test_ipython_syntax_in_an_import_says_what_to_do(write: Write) -> None:
    write("x = 1", "%time x", name="magic_doc.py.md")
    with pytest.raises(SyntaxError) as caught:
        importlib.import_module("magic_doc")
    assert caught.value.lineno == 12
    assert "skip=import" in caught.value.__notes__[0]


@hooked
def test_file_that_is_not_utf8_is_a_syntax_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "latin_doc.py.md").write_bytes(b"# t\n\n```python\nx = '\xe9'\n```\n")
    with pytest.raises(SyntaxError, match="0xe9") as caught:
        importlib.import_module("latin_doc")
    assert caught.value.lineno == 4


@hooked
@pytest.mark.parametrize(
    "text",
    [
        "\ufeff# t\n\n```python\nx = 1\n```\n",
        "# t\r\n\r\n```python\r\nx = 1\r\n```\r\n",
        "# t\r\r```python\rx = 1\r```\r",
    ],
)
def test_byte_order_mark_and_other_line_ends_are_read(write: Write, text: str) -> None:
    write(raw=text, name="odd_doc.py.md")
    module = importlib.import_module("odd_doc")
    assert module.x == 1


@hooked
def test_name_that_is_no_identifier_can_be_imported_by_its_name(write: Write) -> None:
    write("x = 1", name="my-doc 1.py.md")
    assert importlib.import_module("my-doc 1").x == 1


@hooked
def test_zip_files_are_left_to_zipimport(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "mods.zip", "w") as archive:
        archive.writestr("zipped_mod.py", "x = 1")
        archive.writestr("zipped_doc.py.md", text_of("x = 1"))
    monkeypatch.syspath_prepend(tmp_path / "mods.zip")
    assert importlib.import_module("zipped_mod").x == 1
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("zipped_doc")


def test_hook_is_installed_once_and_can_be_removed() -> None:
    before = list(sys.path_hooks)
    install_hook()
    install_hook()
    assert len(sys.path_hooks) == len(before) + 1
    uninstall_hook()
    uninstall_hook()
    assert sys.path_hooks == before
    assert not any(isinstance(one, MoonlightFinder) for one in sys.path_importer_cache.values())


@hooked
def test_modules_of_python_are_found_as_ever(tmp_path: Path) -> None:
    (tmp_path / "usual_mod.py").write_text("x = 1")
    spec = importlib.util.find_spec("usual_mod")
    assert spec is not None
    assert type(spec.loader) is SourceFileLoader
    assert FileFinder in type(sys.path_importer_cache[str(tmp_path)]).__mro__


# -- bytecode -------------------------------------------------------------------------------------------


def pyc_of(path: Path) -> Path:
    return Path(bytecode_path(str(path)) or "")


@pytest.fixture
def writing(hook: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def fresh(name: str) -> Any:
    sys.modules.pop(name, None)
    importlib.invalidate_caches()
    return importlib.import_module(name)


@pytest.mark.usefixtures("writing")
def test_bytecode_is_kept_and_answers_without_the_parser(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("x = 1", name="cached_doc.py.md")
    fresh("cached_doc")
    assert pyc_of(path).name == f"cached_doc.py.{sys.implementation.cache_tag}-moon1.pyc"
    monkeypatch.setattr(MoonlightLoader, "source_to_code", None)
    assert fresh("cached_doc").x == 1


@pytest.mark.usefixtures("writing")
def test_bytecode_of_another_text_with_equal_time_and_size_is_not_used(write: Write) -> None:
    path = write("x = 1", name="stale_doc.py.md")
    before = path.stat()
    fresh("stale_doc")
    write("x = 2", name="stale_doc.py.md")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert fresh("stale_doc").x == 2


@pytest.mark.usefixtures("writing")
@pytest.mark.parametrize("damage", ["empty", "header", "cut", "noise", "foreign", "number", "folder"])
def test_damaged_bytecode_is_made_anew(write: Write, damage: str) -> None:
    path = write("x = 1", "def f(): return x", name="damaged_doc.py.md")
    fresh("damaged_doc")
    pyc = pyc_of(path)
    good = pyc.read_bytes()
    if damage == "folder":
        pyc.unlink()
        pyc.mkdir()
    else:
        foreign = py_compile.compile(__file__, str(path.parent / "foreign.pyc")) or ""
        data = {
            "empty": b"",
            "header": good[:9],
            "cut": good[:-5],
            "noise": good[:16] + os.urandom(200),
            "foreign": Path(foreign).read_bytes(),
            "number": good[:16] + b"i\x01\x00\x00\x00",
        }[damage]
        pyc.write_bytes(data)
    assert fresh("damaged_doc").f() == 1
    assert damage == "folder" or pyc.read_bytes() == good


@pytest.mark.usefixtures("writing")
def test_bytecode_that_moved_with_its_document_names_the_new_place(write: Write, tmp_path: Path) -> None:
    path = write("def f(): return 1", name="old_place/moved_doc.py.md")
    sys.path.insert(0, str(tmp_path / "old_place"))
    fresh("moved_doc")
    sys.path[0] = str(tmp_path / "new_place")
    (tmp_path / "old_place").rename(tmp_path / "new_place")
    try:
        module = fresh("moved_doc")
    finally:
        del sys.path[0]
    assert module.f.__code__.co_filename == str(tmp_path / "new_place" / path.name)


@pytest.mark.usefixtures("writing")
def test_unwritable_folder_hinders_nothing(write: Write, tmp_path: Path) -> None:
    write("x = 1", name="unwritable_doc.py.md")
    (tmp_path / "__pycache__").write_text("a file in the way")
    assert fresh("unwritable_doc").x == 1


def test_python_settings_for_bytecode_hold(write: Write, python: Run, tmp_path: Path) -> None:
    write("assert 0\nx = 1", name="set_doc.py.md")
    code = HOOK + "import set_doc"
    write_it = {"PYTHONDONTWRITEBYTECODE": ""}
    assert python("-O", "-c", code).returncode == 0
    assert not list(tmp_path.rglob("set_doc*.pyc"))
    assert python("-O", "-c", code, env=write_it).returncode == 0
    assert [one.name.split(".")[-2] for one in tmp_path.rglob("set_doc*.pyc")] == ["opt-1-moon1"]
    assert "AssertionError" in python("-c", code, env=write_it).stderr
    elsewhere = tmp_path / "elsewhere"
    python("-O", "-c", code, env={**write_it, "PYTHONPYCACHEPREFIX": str(elsewhere)})
    assert len(list(elsewhere.rglob("set_doc*.pyc"))) == 1


def test_twenty_processes_import_at_once(write: Write, python: Run, tmp_path: Path) -> None:
    write(*[f"def f{i}(): return {i}" for i in range(30)], name="shared_doc.py.md")
    code = (
        HOOK
        + "import os, time\npids = []\nstart = time.time() + 0.2\nfor _ in range(20):\n    pid = os.fork()\n"
        "    if not pid:\n        time.sleep(max(0, start - time.time()))\n        import shared_doc\n"
        "        os._exit(0 if shared_doc.f29() == 29 else 1)\n    pids.append(pid)\n"
        "print(sum(os.waitpid(pid, 0)[1] for pid in pids))"
    )
    done = python("-c", code, env={"PYTHONDONTWRITEBYTECODE": ""})
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert len(list((tmp_path / "__pycache__").iterdir())) == 1


# -- other programs ---------------------------------------------------------------------------------------


def test_coverage_counts_markdown_lines(write: Write, python: Run) -> None:
    pytest.importorskip("coverage")
    path = write("def f(x):\n    if x:\n        return 1\n    return 2", "f(1)", name="covered.py.md")
    code = (
        "import coverage; c = coverage.Coverage(data_file=None); c.start();"
        + HOOK
        + f"import covered; c.stop(); print(sorted(c.get_data().lines({str(path)!r})))"
    )
    assert python("-c", code).stdout == "[6, 7, 8, 15]\n"


def test_pdb_shows_the_markdown_line(write: Write, python: Run) -> None:
    write("x = 1\nbreakpoint()\ny = 2", name="stopped.py.md")
    done = python("-c", HOOK + "import stopped", stdin="p x\nw\nl\nc\n")
    assert "stopped.py.md(8)" in done.stdout or "stopped.py.md(7)" in done.stdout
    assert "y = 2" in done.stdout
    assert done.returncode == 0, done.stderr


def test_warning_in_an_imported_document_has_its_line(write: Write) -> None:
    path = write("import warnings\nwarnings.warn('look')", name="warning_doc.py.md")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(MoonlightLoader("warning_doc", str(path)).get_code("warning_doc"), {"__name__": "warning_doc"})
    assert [(one.lineno, one.filename) for one in caught] == [(7, str(path))]
    del linecache.cache[str(path)]


def test_spawned_children_import_documents_that_their_main_file_hooks(
    write: Write, python: Run, tmp_path: Path
) -> None:
    write("def work(n): return n * 2", name="spawn_work.py.md")
    main = HOOK + (
        "import multiprocessing as mp, spawn_work\n"
        "if __name__ == '__main__':\n"
        "    with mp.get_context('spawn').Pool(1) as pool: print(pool.map(spawn_work.work, [1, 2]))\n"
    )
    (tmp_path / "main.py").write_text(main)
    assert python("main.py").stdout == "[2, 4]\n"


def test_uninstalled_hook_finds_documents_no_more(write: Write, python: Run) -> None:
    write("x = 1", name="gone_doc.py.md")
    code = (
        HOOK
        + "moonlight.uninstall_hook()\ntry:\n    import gone_doc\nexcept ModuleNotFoundError: print('none')"
    )
    assert python("-c", code).stdout == "none\n"
