"""Source text: lines, newlines, hashes, decoding, atomic replacement."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given

from moonlight.source import (
    MAX_BYTES,
    Source,
    SourceError,
    decode,
    encode,
    normalize,
    read_source,
    source_hash,
    sweep_temporaries,
    text_hash,
    write_atomic,
)
from tests import strategies


@given(strategies.texts())
def test_lines_join_to_the_text_and_are_those_of_python(text: str) -> None:
    source = Source("x", text)
    lines = [source.slice(n, n) for n in range(1, source.line_count + 1)]
    assert "".join(lines) == text
    assert [normalize(line).removesuffix("\n") for line in lines] == normalize(text).removesuffix("\n").split(
        "\n"
    )


@given(strategies.texts())
def test_offset_and_line_are_inverse(text: str) -> None:
    source = Source("x", text)
    for line in range(1, source.line_count + 1):
        assert source.line_at(source.offset(line)) == line
    assert source.offset(source.line_count + 1) == len(text)


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_three_line_ends_end_a_line(char: str) -> None:
    assert Source("x", f"a{char}b\r\nc\rd\ne").line_count == 4


@pytest.mark.parametrize(
    ("text", "newline"),
    [("", "\n"), ("a", "\n"), ("a\r\nb\n\r\n", "\r\n"), ("a\rb", "\r"), ("a\nb\r\n", "\n")],
)
def test_newline_is_the_one_used_most(text: str, newline: str) -> None:
    assert Source("x", text).newline == newline


def test_source_hash_is_crc_and_length_of_utf_8() -> None:
    assert source_hash("é") == f"{zlib.crc32('é'.encode()):08x}-2"
    assert source_hash("") == "00000000-0"


def test_source_hash_of_a_lone_surrogate_is_that_of_the_replacement_character() -> None:
    assert source_hash("a\ud800b") == source_hash("a\ufffdb")
    assert source_hash("\ud83d\ude00") == source_hash("😀")


def test_text_hash_tells_line_ends_and_surrogates_apart() -> None:
    assert len({text_hash(text) for text in ("a\n", "a\r\n", "\ufeffa\n", "\ud800", "\ufffd")}) == 5


def test_every_byte_is_kept(tmp_path: Path) -> None:
    data = "\ufeffa\r\n\x00\x0c\rä".encode()
    (tmp_path / "x").write_bytes(data)
    source = read_source(tmp_path / "x")
    assert encode(source.text, source.path) == data


def test_bytes_that_are_not_utf_8_are_refused_with_their_line() -> None:
    with pytest.raises(SourceError) as caught:
        decode(b"a\r\nb\rc\n\xff", "x.py.md")
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.span.path, diagnostic.span.line) == ("not-utf8", "x.py.md", 4)


def test_large_files_are_refused_without_reading_all_of_them(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(MAX_BYTES * 50)
    with pytest.raises(SourceError) as caught:
        read_source(tmp_path / "x")
    assert caught.value.code == "too-large"
    assert len(decode(b"a" * MAX_BYTES, "x")) == MAX_BYTES


@pytest.mark.parametrize("make", ["nothing", "folder", "fifo", "loop"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, make: str) -> None:
    path = tmp_path / "x"
    if make == "folder":
        path.mkdir()
    elif make == "fifo":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes here")
        os.mkfifo(path)
    elif make == "loop":
        path.symlink_to(path)
    with pytest.raises(SourceError) as caught:
        read_source(path)
    assert caught.value.code == "not-a-file"


def test_writing_keeps_mode_and_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", "new\r\n")
    assert (tmp_path / "real").read_bytes() == b"new\r\n"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640


def test_lone_surrogate_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("old")
    with pytest.raises(SourceError) as caught:
        write_atomic(tmp_path / "x", "a\nb\udfff")
    assert (caught.value.code, caught.value.diagnostic.span.line) == ("not-encodable", 2)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_text() == "old"


def test_failed_replacement_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(tmp_path / "x", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_text() == "old"


def test_sweep_removes_old_temporaries_of_this_file_only(tmp_path: Path) -> None:
    for name in (".~x[1].md-0a.tmp", ".~y.md-0a.tmp", ".~x1.md-0a.tmp", "x[1].md"):
        (tmp_path / name).touch()
    assert sweep_temporaries(tmp_path / "x[1].md", older_than=0) == 0
    assert sweep_temporaries(tmp_path / "x[1].md", older_than=2**40) == 1
    assert {p.name for p in tmp_path.iterdir()} == {".~y.md-0a.tmp", ".~x1.md-0a.tmp", "x[1].md"}
