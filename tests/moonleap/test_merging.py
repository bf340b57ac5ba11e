"""Three-way merge: nobody's line is lost, and where Git merges so do we."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonleap.differences import coloured, match_lines, split_lines, unified_diff
from moonleap.merging import BOM, Merged, merge, open_conflicts

GIT = shutil.which("git")
WORDS = st.sampled_from([b"a", b"b", b"c", b"}", b"", b"\xff", b"=======", b"<<<<<<< x", b"\tq \r"])
ENDS = st.sampled_from([b"\n", b"\r\n"])


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Short texts with repeated lines, both line ends, a BOM or none, with and without last line end."""
    end = draw(ENDS)
    lines = draw(st.lists(WORDS, max_size=9))
    text = end.join(lines) + draw(st.sampled_from([end, b""]))
    return draw(st.sampled_from([b"", b"", BOM])) + text


@st.composite
def edits(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """A text of different lines, and two versions of it."""
    base = [b"line %d\n" % n for n in range(draw(st.integers(0, 12)))]
    versions = []
    for who in (b"our", b"their"):
        lines = []
        for line in base:
            what = draw(st.sampled_from(["keep"] * 5 + ["drop", "change", "add"]))
            if what != "drop":
                lines.append(line if what != "change" else who + b" " + line)
            if what == "add":
                lines.append(draw(st.sampled_from([who, b"same"])) + b" new " + line)
        versions.append(b"".join(lines))
    return b"".join(base), versions[0], versions[1]


def sides(merged: Merged) -> tuple[bytes, bytes]:
    """Both sides of a text with conflicts; fails where markers are not well-formed."""
    found: tuple[list[bytes], list[bytes]] = ([], [])
    state, size = "both", 0
    for line in split_lines(merged.data.removeprefix(BOM)):
        bare = line.rstrip(b"\r\n")
        opening = re.fullmatch(rb"(<{7,}) yours", bare)
        if state == "both" and opening and merged.conflicts:
            state, size = "ours", len(opening[1])
        elif state == "ours" and bare == b"=" * size:
            state = "theirs"
        elif state == "theirs" and bare == b">" * size + b" generated":
            state = "both"
        else:
            for side, name in zip(found, ("ours", "theirs"), strict=True):
                side.extend([line] if state in ("both", name) else [])
    assert state == "both"
    return b"".join(found[0]), b"".join(found[1])


def plain(data: bytes) -> list[bytes]:
    """Lines without their ends and without the BOM."""
    return [line.rstrip(b"\r\n") for line in split_lines(data.removeprefix(BOM))]


def is_within(few: list[bytes], many: list[bytes]) -> bool:
    rest = iter(many)
    return all(line in rest for line in few)


@given(texts(), texts())
def test_who_alone_changes_wins(base: bytes, other: bytes) -> None:
    assert merge(base, other, base) == merge(base, base, other) == merge(base, other, other) == Merged(other)


@given(texts(), texts(), texts())
def test_no_line_is_lost_and_markers_are_well_formed(base: bytes, ours: bytes, theirs: bytes) -> None:
    merged = merge(base, ours, theirs)
    mine, generated = sides(merged)
    for side, given_, other in ((mine, ours, theirs), (generated, theirs, ours)):
        assert merge(base, given_, other).conflicts == merged.conflicts
        added = [line for line in plain(given_) if line not in plain(base)]
        assert is_within(added, plain(side))


@given(texts(), texts())
def test_without_a_base_both_texts_are_kept(ours: bytes, theirs: bytes) -> None:
    mine, generated = sides(merge(None, ours, theirs))
    assert is_within(plain(ours), plain(mine))
    assert is_within(plain(theirs), plain(generated))


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_matched_lines_are_equal_and_in_order(left: list[int], right: list[int]) -> None:
    old, new = [b"%d" % n for n in left], [b"%d" % n for n in right]
    found = match_lines(old, new)
    matched = [there for there in found if there >= 0]
    assert matched == sorted(set(matched))
    assert all(old[at] == new[there] for at, there in enumerate(found) if there >= 0)


@pytest.mark.skipif(not GIT, reason="Git is not installed")
@settings(max_examples=60, deadline=None)
@given(edits())
def test_git_and_we_agree(case: tuple[bytes, bytes, bytes]) -> None:
    base, ours, theirs = case
    merged = merge(base, ours, theirs)
    code, text = git_merge(base, ours, theirs)
    if code == 0:
        assert merged == Merged(text)
    else:
        assert merged.conflicts
        assert merged.data == text or sides(merged) == sides(Merged(text, code))


def git_merge(base: bytes, ours: bytes, theirs: bytes) -> tuple[int, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = Path(folder, name)
            path.write_bytes(data)
            names.append(str(path))
        labels = ["-L", "yours", "-L", "base", "-L", "generated"]
        command = ["git", "merge-file", "-p", *labels, *names]
        done = subprocess.run(command, capture_output=True, check=False)
        return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected", "conflicts"),
    [
        (b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n", b"A\nb\nC\n", 0),
        (b"a\nb\nc\n", b"a\r\nb\r\nc\r\n", b"a\nb\nC\n", b"a\r\nb\r\nC\r\n", 0),
        (b"a\nb\nc\n", b"a\nB\nc\n", b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n", 0),
        (b"a\nb\n", BOM + b"a\nb\n", b"A\nb\n", BOM + b"A\nb\n", 0),
        (b"a\nb\nc", b"A\nb\nc", b"a\nb\nc\n", b"A\nb\nc\n", 0),
        (b"a\nb\nc\n", b"a\nb\nc", b"A\nb\nc\n", b"A\nb\nc", 0),
        (b"a\n", b"b\n", b"c\n", b"<<<<<<< yours\nb\n=======\nc\n>>>>>>> generated\n", 1),
        (b"a", b"b", b"c", b"<<<<<<< yours\nb\n=======\nc\n>>>>>>> generated\n", 1),
        (
            b"a\r\n",
            b"b\r\n",
            b"c\r\n",
            b"<<<<<<< yours\r\nb\r\n=======\r\nc\r\n>>>>>>> generated\r\n",
            1,
        ),
        (
            b"",
            b"x\nT\n=======\ny\n",
            b"x\nU\n=======\ny\n",
            b"x\n<<<<<<< yours\nT\n=======\nU\n>>>>>>> generated\n=======\ny\n",
            1,
        ),
        (b"1\n", b"=======\n", b"2\n", b"<<<<<<<< yours\n=======\n========\n2\n>>>>>>>> generated\n", 1),
        (
            b"a\n1\n2\n",
            b"a\n1\nmine\n2\n",
            b"a\n2\n",
            b"a\n<<<<<<< yours\n1\nmine\n=======\n>>>>>>> generated\n2\n",
            1,
        ),
        (b"\0a", b"\0b", b"\0c", b"\0b", 1),
    ],
)
def test_merged_text(base: bytes, ours: bytes, theirs: bytes, expected: bytes, conflicts: int) -> None:
    merged = merge(base, ours, theirs)
    assert (merged.data, merged.conflicts) == (expected, conflicts)


def test_open_conflicts_are_those_the_generator_did_not_write() -> None:
    conflict = merge(b"a\nb\n", b"a\nc\n", b"a\nd\n").data
    assert open_conflicts(conflict, b"a\nd\n") == 2
    assert open_conflicts(conflict, conflict) == 0
    assert open_conflicts(b"=======\n<<<<<<< HEAD\n", b"") == 0


@pytest.mark.parametrize("kind", ["all different", "all alike", "swapped halves", "few words"])
def test_large_files_are_merged_in_time(kind: str) -> None:
    count = 20_000
    base = {
        "all different": [b"%d\n" % n for n in range(count)],
        "all alike": [b"}\n"] * count,
        "swapped halves": [b"%d\n" % n for n in range(count)],
        "few words": [b"%d\n" % (n * n % 7) for n in range(count)],
    }[kind]
    ours = {
        "all different": [b"mine %d\n" % n for n in range(count)],
        "all alike": [*base[:500], b"mine\n", *base],
        "swapped halves": [*base[count // 2 :], *base[: count // 2]],
        "few words": [b"%d\n" % (n * n % 5) for n in range(count)],
    }[kind]
    theirs = [*base[:-10], b"theirs\n", *base[-10:]]
    start = time.process_time()
    merge(b"".join(base), b"".join(ours), b"".join(theirs))
    assert time.process_time() - start < 3


@pytest.mark.skipif(not GIT, reason="Git is not installed")
@settings(max_examples=40, deadline=None)
@given(st.one_of(st.none(), texts()), st.one_of(st.none(), texts()))
def test_git_applies_our_diffs(old: bytes | None, new: bytes | None) -> None:
    name = "a folder/f.txt"
    lines = unified_diff(name, old, new)
    if not lines:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.parent.mkdir()
        if old is not None:
            file.write_bytes(old)
        patch = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        command = ["git", "apply", "--unsafe-paths", "--whitespace=nowarn", "-"]
        done = subprocess.run(command, cwd=folder, input=patch, capture_output=True, check=False)
        assert done.returncode == 0, (done.stderr, patch)
        assert (file.read_bytes() if file.exists() else None) == new


def test_a_diff_on_a_terminal_shows_control_characters() -> None:
    lines = unified_diff("f", b"a\n", b"\x1b[2Jb\n")
    assert list(coloured(lines))[-2:] == ["\x1b[31m-a\x1b[0m", "\x1b[32m+\u241b[2Jb\x1b[0m"]
    assert next(coloured(lines)) == "\x1b[1mdiff --git a/f b/f\x1b[0m"
