"""Writing again and again: edits are kept, what is gone goes, nothing else is touched."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonleap.manifest import read_manifest
from moonleap.writing import plan, write
from tests.moonleap.outputs import codes, generation, kinds, planned, put, traces, tree

FIRST: dict[str, str | bytes] = {"a.py": "1\n2\n3\n4\n5\n", "src/b.py": "b\n", "src/deep/c.bin": b"\0\1"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_first_run_writes_everything_and_a_manifest(out: Path) -> None:
    report = put(out, FIRST)
    assert tree(out) == {
        "a.py": b"1\n2\n3\n4\n5\n",
        "src": None,
        "src/b.py": b"b\n",
        "src/deep": None,
        "src/deep/c.bin": b"\0\1",
    }
    assert (report.summary(), report.written, report.failed) == ("3 new", True, False)
    assert report.made == ("src", "src/deep")
    manifest = read_manifest((out / ".moonleap/manifest.json").read_bytes(), "m")
    assert set(manifest.files) == set(FIRST)
    assert manifest.files["a.py"].sources[0].term == "a:item"
    assert sorted(os.listdir(out / ".moonleap")) == [
        *(".gitignore", "base", "lock", "manifest.json"),
        "spec.md",
    ]


def test_a_second_run_changes_no_byte_and_no_time(out: Path) -> None:
    put(out, FIRST)
    before = traces(out.parent)
    report = put(out, FIRST)
    assert traces(out.parent) == before
    assert (report.written, report.summary()) == (False, "3 unchanged")
    assert not planned(out, FIRST).stale


@pytest.mark.parametrize(
    ("mine", "generated", "after", "kind"),
    [
        ("1\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n", "1\n2\n3\n4\nfive\n", "changed"),
        ("one\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n", "one\n2\n3\n4\nfive\n", "merged"),
        ("one\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "edited"),
        ("one\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "unchanged"),
        ("one\n2\n3\n4\n5\n6\n", "one\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n6\n", "edited"),
        (None, "1\n2\n3\n4\nfive\n", None, "deleted"),
        (
            "one\n2\n3\n4\n5\n",
            "uno\n2\n3\n4\n5\n",
            "<<<<<<< yours\none\n=======\nuno\n>>>>>>> generated\n2\n3\n4\n5\n",
            "conflict",
        ),
    ],
)
def test_what_becomes_of_a_file(
    out: Path, mine: str | None, generated: str, after: str | None, kind: str
) -> None:
    put(out, FIRST)
    (out / "a.py").unlink() if mine is None else (out / "a.py").write_text(mine)
    wanted = {**FIRST, "a.py": generated}
    forecast = planned(out, wanted)
    report = put(out, wanted)
    assert (
        kinds(report)
        == kinds(forecast)
        == {"a.py": kind, "src/b.py": "unchanged", "src/deep/c.bin": "unchanged"}
    )
    assert forecast.stale == (kind in ("changed", "merged", "conflict"))
    assert ((out / "a.py").read_text() if after is not None else tree(out).get("a.py")) == after
    assert codes(report) == (["merge-conflict"] if kind == "conflict" else [])
    again = put(out, wanted)
    assert not again.written
    assert (
        kinds(again)["a.py"]
        == {
            "changed": "unchanged",
            "merged": "edited",
            "conflict": "unresolved",
            **dict.fromkeys(("edited", "unchanged", "deleted"), kind),
        }[kind]
    )


def test_an_edit_is_merged_again_and_again(out: Path) -> None:
    put(out, FIRST)
    (out / "a.py").write_text("1\n2\nmine\n3\n4\n5\n")
    for word in ("uno", "un", "eins"):
        put(out, {**FIRST, "a.py": f"{word}\n2\n3\n4\n5\n"})
        assert (out / "a.py").read_text() == f"{word}\n2\nmine\n3\n4\n5\n"


def test_markers_are_not_nested_and_a_resolved_file_goes_on(out: Path) -> None:
    put(out, {"f": "a\nb\nc\nd\n"})
    (out / "f").write_text("a\nmine\nc\nd\n")
    put(out, {"f": "a\ntheirs\nc\nd\n"})
    marked = (out / "f").read_bytes()
    again = put(out, {"f": "a\nother\nc\nd\n"})
    assert (codes(again), kinds(again), (out / "f").read_bytes()) == (
        *(["unresolved-conflict"], {"f": "unresolved"}),
        marked,
    )
    assert again.diagnostics[0].span.line == 2
    (out / "f").write_text("a\nmine and theirs\nc\nd\n")
    assert kinds(put(out, {"f": "a\ntheirs\nc\nD\n"})) == {"f": "merged"}
    assert (out / "f").read_text() == "a\nmine and theirs\nc\nD\n"


def test_binary_files_are_never_mixed(out: Path) -> None:
    put(out, FIRST)
    (out / "src/deep/c.bin").write_bytes(b"\0mine")
    report = put(out, {**FIRST, "src/deep/c.bin": b"\0new"})
    assert codes(report) == ["merge-conflict"]
    assert (out / "src/deep/c.bin").read_bytes() == b"\0mine"
    assert kinds(put(out, {**FIRST, "src/deep/c.bin": b"\0new"}))["src/deep/c.bin"] == "edited"
    put(out, {**FIRST, "src/deep/c.bin": b"\0new"}, force=True, only=["src/deep/c.bin"])
    assert (out / "src/deep/c.bin").read_bytes() == b"\0new"


def test_a_file_whose_resource_is_gone_is_removed_with_its_folders(out: Path) -> None:
    put(out, FIRST)
    report = put(out, {"a.py": FIRST["a.py"]})
    assert list(tree(out)) == ["a.py"]
    assert (report.gone, report.summary()) == (("src", "src/deep"), "1 unchanged, 2 removed")
    assert len(os.listdir(out / ".moonleap/base")) == 1


def test_an_edited_file_whose_resource_is_gone_is_kept(out: Path) -> None:
    put(out, FIRST)
    (out / "src/b.py").write_text("mine\n")
    (out / "src/deep/own.txt").write_text("not generated")
    for _ in range(2):
        report = put(out, {"a.py": FIRST["a.py"]})
        assert kinds(report)["src/b.py"] == "kept"
        assert set(tree(out)) == {"a.py", "src", "src/b.py", "src/deep", "src/deep/own.txt"}
    put(out, {"a.py": FIRST["a.py"]}, force=True)
    assert (out / "src/b.py").read_text() == "mine\n"
    put(out, {**FIRST, "src/b.py": "b\nnew\n"})  # it comes back, and is merged with what it was
    assert "mine\n" in (out / "src/b.py").read_text()


def test_a_deleted_file_comes_back_only_when_asked(out: Path) -> None:
    put(out, FIRST)
    (out / "a.py").unlink()
    assert kinds(put(out, {**FIRST, "a.py": "new\n"}))["a.py"] == "deleted"
    assert kinds(put(out, FIRST, only=["src"]))["a.py"] == "skipped"
    (out / "src/b.py").unlink()
    assert kinds(put(out, FIRST, only=["src"]))["src/b.py"] == "deleted"
    assert kinds(put(out, FIRST, only=["a.py"]))["a.py"] == "new"
    assert kinds(put(out, FIRST, force=True))["src/b.py"] == "new"


def test_a_file_that_is_not_ours_stops_everything(out: Path) -> None:
    out.mkdir()
    (out / "a.py").write_text("mine\n")
    (out / "src").mkdir()
    (out / "src/b.py").write_text("b\n")
    before = traces(out)
    report = put(out, FIRST)
    assert (codes(report), report.written, traces(out)) == (["not-ours"], False, before)
    (found,) = report.diagnostics
    assert found.span.path == str(out / "a.py")
    (out / "a.py").unlink()
    assert kinds(put(out, FIRST))["src/b.py"] == "unchanged"  # the same bytes are taken over
    (out / ".moonleap/manifest.json").unlink()
    (out / "a.py").write_text("mine\n")
    assert kinds(put(out, FIRST, force=True))["a.py"] == "changed"
    assert (out / "a.py").read_text() == FIRST["a.py"]


def test_a_lost_manifest_is_told_in_short(out: Path) -> None:
    wanted: dict[str, str | bytes] = {f"{n}.txt": f"{n}\n" for n in range(30)}
    put(out, wanted)
    (out / ".moonleap/manifest.json").unlink()
    changed: dict[str, str | bytes] = dict.fromkeys(wanted, "new\n")
    report = put(out, changed)
    assert codes(report) == ["not-ours"] * 11
    assert report.diagnostics[-1].message.startswith("20 more files")


def test_only_leaves_the_others_and_their_entries(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(out.parent)
    put(out, FIRST)
    manifest = json.loads((out / ".moonleap/manifest.json").read_text())
    new: dict[str, str | bytes] = {"a.py": "A\n", "src/b.py": "B\n", "src/deep/c.bin": b"\0C", "n.txt": "n"}
    for patterns in (
        ["src/b.py"],
        ["out/src/b.py"],
        [str(out / "src" / "b.py")],
        ["src/?.py"],
        ["./src/b.py"],
    ):
        assert [c.path for c in planned(out, new, only=patterns).changes if c.is_written] == ["src/b.py"]
    report = put(out, new, only=["src"])
    assert kinds(report) == {
        "a.py": "skipped",
        "n.txt": "skipped",
        "src/b.py": "changed",
        "src/deep/c.bin": "changed",
    }
    after = json.loads((out / ".moonleap/manifest.json").read_text())
    assert after["files"]["a.py"] == manifest["files"]["a.py"]
    assert "n.txt" not in after["files"]
    wrong = planned(out, new, only=["src/c.py"])
    assert (codes(wrong), wrong.refused) == (["nothing-selected"], True)
    assert wrong.diagnostics[0].hint == "did you mean `src/b.py`?"


def test_empty_folders_come_and_go(out: Path) -> None:
    with_folders = generation({"a": "a"}, ["logs", "x/y"])
    assert write(with_folders, out).made == ("logs", "x", "x/y")
    before = traces(out)
    assert not write(with_folders, out).written
    assert traces(out) == before
    (out / "logs").rmdir()  # as Git does, which keeps no empty folders
    assert not plan(with_folders, out).stale
    write(with_folders, out)
    (out / "x/y/own").write_text("mine")
    assert write(generation({"a": "a"}), out).gone == ("logs",)
    assert (out / "x/y/own").exists()


def test_a_file_becomes_a_folder_and_a_folder_a_file(out: Path) -> None:
    put(out, {"a": "1", "b/c": "2"})
    put(out, {"a/x": "1", "b": "2"})
    assert tree(out) == {"a": None, "a/x": b"1", "b": b"2"}
    put(out, {"a": "1", "b/c": "2"})
    assert tree(out) == {"a": b"1", "b": None, "b/c": b"2"}


def test_executable_files_are_executable_and_your_permissions_stay(out: Path) -> None:
    write(generation({"run": "1", "other": "1"}, executable=["run"]), out)
    assert (out / "run").stat().st_mode & 0o111 == 0o111 & ~_umask()
    (out / "run").chmod(0o700)
    (out / "other").chmod(0o640)
    write(generation({"run": "2", "other": "2"}, executable=["run"]), out)
    assert [stat.S_IMODE((out / name).stat().st_mode) for name in ("run", "other")] == [0o700, 0o640]
    made = plan(generation({"run": "2", "other": "2"}, executable=["other"]), out)
    assert "old mode 100755\nnew mode 100644\n" in made.text_diff()
    assert kinds(made) == {"run": "changed", "other": "changed"}
    made.apply()
    assert [stat.S_IMODE((out / name).stat().st_mode) for name in ("run", "other")] == [0o600, 0o750]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_git_applies_the_diff_of_a_plan(out: Path) -> None:
    put(out, {**FIRST, "with space": "x\n"})
    (out / "a.py").write_text("mine\n2\n3\n4\n5\n")
    wanted: dict[str, str | bytes] = {
        "a.py": "1\n2\n3\n4\nfive",
        "new/n.py": "n\n",
        "with space": "y\n",
        "src/deep/c.bin": b"\0\1",
    }
    made = planned(out, wanted)
    done = subprocess.run(["git", "apply", "-"], cwd=out, input=made.text_diff().encode(), check=True)
    assert done.returncode == 0
    assert (out / "a.py").read_text() == "mine\n2\n3\n4\nfive"
    assert "src/b.py" not in tree(out)
    assert made.text_diff(True).startswith("\x1b[1mdiff --git a/a.py b/a.py\x1b[0m\n")


def test_a_plan_that_is_out_of_date_writes_nothing(out: Path) -> None:
    put(out, FIRST)
    made = planned(out, {**FIRST, "a.py": "new\n", "src/b.py": "new\n"})
    (out / "src/b.py").write_text("saved meanwhile\n")
    before = tree(out, own=True)
    report = made.apply()
    assert (codes(report), report.written) == (["changed-meanwhile"], False)
    assert tree(out, own=True) == before


def test_json_of_plan_and_report(out: Path) -> None:
    made = planned(out, {"d/a.py": "1\n"})
    (file,) = made.to_json()["files"]
    assert made.to_json() == {
        "out": str(out),
        "stale": True,
        "files": [file],
        "folders": [{"path": "d", "status": "new"}],
        "diagnostics": [],
    }
    assert file == {
        "path": "d/a.py",
        "status": "new",
        "origin": "a:item",
        "template": "templates/item.j2",
        "hash": file["hash"],
    }
    assert made.apply().to_json()["written"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["mine", "generated", "drop"]), st.integers(0, 11)), max_size=14))
def test_no_line_that_the_user_wrote_is_ever_lost(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        generated = [f"line {n}" for n in range(6)]
        mine: set[str] = set()
        put(out, {"f": _text(generated)})
        for count, (what, where) in enumerate(steps):
            if what == "mine":
                lines = (out / "f").read_text().splitlines()
                lines.insert(min(where, len(lines)), f"mine {count}")
                mine.add(f"mine {count}")
                (out / "f").write_text(_text(lines))
                continue
            if what == "generated":
                generated.insert(min(where, len(generated)), f"new {count}")
            else:
                generated[where : where + 2] = []
            put(out, {"f": _text(generated)})
            lines = (out / "f").read_text().splitlines()
            assert mine <= set(lines)
            assert set(lines) >= set(generated)
            (out / "f").write_text(_text(line for line in lines if line[:7] not in MARKERS))


MARKERS = ("<<<<<<<", "=======", ">>>>>>>")


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
