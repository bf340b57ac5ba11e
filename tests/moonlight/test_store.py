"""Stored outputs: which cell gets which, what is dropped, and that a bad store is refused whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonlight import outputs as outputs_of
from moonlight import store
from moonlight.outputs import Entry, Place, Ran, Restored, collect, restore
from moonlight.store import StoreError


def out(text: str) -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": "stdout", "text": text}]


def entry(source: str, block: int, occurrence: int = 1, text: str = "") -> Entry:
    return Entry(source, occurrence, block, block, out(text or source))


def places(*sources: str) -> list[Place]:
    return [Place(source, block) for block, source in enumerate(sources, 1)]


def ran(*sources: str, text: str = "", stale: dict[int, str] | None = None) -> list[Ran]:
    made_by = stale or {}
    return [
        Ran(place, place.block, out(text or place.hash), made_by.get(place.block))
        for place in places(*sources)
    ]


def shown(found: list[Restored | None]) -> list[str | None]:
    """``a``: fresh outputs of source a; ``a?``: stale ones."""
    return [None if r is None else r.entry.hash + ("?" if r.stale else "") for r in found]


# -- which cell gets which ---------------------------------------------------------------------------


def test_outputs_follow_their_source_wherever_it_moves() -> None:
    entries = collect(ran("a", "b", "c"))
    assert shown(restore(entries, places("c", "a", "b"))) == ["c", "a", "b"]


def test_a_changed_source_gets_the_outputs_of_its_block_as_stale() -> None:
    entries = collect(ran("a", "b", "c"))
    assert shown(restore(entries, places("a", "B", "c"))) == ["a", "b?", "c"]


def test_a_new_cell_between_others_gets_nothing() -> None:
    entries = collect(ran("a", "b"))
    assert shown(restore(entries, places("a", "new", "b"))) == ["a", None, "b"]


def test_equal_sources_are_told_apart_by_their_order() -> None:
    entries = [entry("a", 1, 1, "first"), entry("a", 2, 2, "second")]
    found = restore(entries, places("a", "a"))
    assert [r.entry.outputs[0]["text"] for r in found if r] == ["first", "second"]


def test_of_two_equal_sources_only_the_one_that_ran_has_outputs() -> None:
    cells = [Ran(Place("a", 1), None, []), Ran(Place("a", 2), 1, out("second"))]
    assert shown(restore(collect(cells), places("a", "a"))) == [None, "a"]


def test_no_outputs_are_given_twice() -> None:
    entries = collect(ran("a"))
    assert shown(restore(entries, places("a", "a", "a"))) == ["a", None, None]


NAMES = st.lists(st.sampled_from("abcd"), max_size=6)


@given(NAMES, NAMES)
def test_every_source_that_ran_and_is_there_gets_fresh_outputs(before: list[str], after: list[str]) -> None:
    entries = collect(ran(*before))
    found = restore(entries, places(*after))
    given_out = [id(r.entry) for r in found if r is not None]
    assert len(given_out) == len(set(given_out))
    for source in set(before) & set(after):
        fresh = sum(r is not None and not r.stale and r.entry.hash == source for r in found)
        assert fresh == min(before.count(source), after.count(source))
    assert all(
        r is None or r.stale == (r.entry.hash != place.hash)
        for r, place in zip(found, places(*after), strict=True)
    )


# -- what is stored on save --------------------------------------------------------------------------


def test_outputs_that_another_source_made_stay_stale_when_saved() -> None:
    first = collect(ran("a", "b"))
    cells = [Ran(Place("A", 1), 1, out("a")), Ran(Place("b", 2), 2, out("b"))]
    second = collect(cells, first)
    assert shown(restore(second, places("A", "b"))) == ["a?", "b"]
    assert shown(restore(collect(cells, second), places("A", "b"))) == ["a?", "b"]


def test_the_same_outputs_under_a_new_number_are_of_the_new_source() -> None:
    first = collect(ran("a"))
    assert shown(restore(collect([Ran(Place("A", 1), 2, out("a"))], first), places("A"))) == ["A"]


def test_stale_outputs_move_with_their_cell() -> None:
    first = collect(ran("a", "b"))
    cells = [Ran(Place("new", 1), None, []), Ran(Place("A", 2), 1, out("a")), Ran(Place("b", 3), 2, out("b"))]
    assert shown(restore(collect(cells, first), places("new", "A", "b"))) == [None, "a?", "b"]


def test_what_the_front_end_says_wins() -> None:
    entries = collect(ran("a", "B", stale={1: "a", 2: "b"}))
    assert shown(restore(entries, places("a", "B"))) == ["a", "b?"]


def test_a_run_without_outputs_is_of_the_source_that_is_there() -> None:
    first = collect([Ran(Place("a", 1), 1, [])])
    assert shown(restore(collect([Ran(Place("A", 1), 1, [])], first), places("A"))) == ["A"]


# -- bounds ------------------------------------------------------------------------------------------


def test_a_large_output_becomes_a_note_and_the_others_stay() -> None:
    outputs = [*out("x" * outputs_of.MAX_OUTPUT), *out("small")]
    kept, size = outputs_of.bounded(outputs, outputs_of.MAX_DOCUMENT)
    assert kept[1:] == out("small")
    assert "1.0 MB not kept" in kept[0]["text"]
    assert size < 200


def test_a_document_with_many_outputs_is_bounded_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs_of, "MAX_DOCUMENT", 10_000)
    cells = [Ran(place, 1, out("x" * 900) * 5) for place in places(*"abcd")]
    entries = collect(cells)
    assert [len(found.outputs) for found in entries] == [5, 5, 1, 1]
    assert "not kept" in entries[-1].outputs[0]["text"]
    assert len(json.dumps([found.outputs for found in entries])) < 12_000


# -- files -------------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    entries = [entry("a", 1), Entry("b", 1, 2, None, [{"text": "\udcff ☾", "n": 1.5}])]
    store.save(tmp_path / "x.py.md", entries)
    assert store.load(tmp_path / "x.py.md") == entries
    assert store.load(tmp_path / "y.py.md") == []


def test_an_unchanged_store_is_not_written_again(tmp_path: Path) -> None:
    store.save(tmp_path / "x", [entry("a", 1)])
    path = tmp_path / ".moonlight" / "outputs" / "x.json"
    os.utime(path, (1, 1))
    store.save(tmp_path / "x", [entry("a", 1)])
    assert path.stat().st_mtime == 1
    store.save(tmp_path / "x", [entry("b", 1)])
    assert path.stat().st_mtime > 1


def test_the_last_removed_store_takes_its_folder_along(tmp_path: Path) -> None:
    for name in ("x", "y"):
        store.save(tmp_path / name, [entry("a", 1)])
    store.remove(tmp_path / "x")
    assert (tmp_path / ".moonlight").is_dir()
    store.save(tmp_path / "y", [])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_anything_of_the_users_stays(tmp_path: Path) -> None:
    store.save(tmp_path / "x", [entry("a", 1)])
    (tmp_path / ".moonlight" / ".gitignore").write_text("# keep outputs in git\n")
    store.save(tmp_path / "x", [])
    assert (tmp_path / ".moonlight" / ".gitignore").read_text() == "# keep outputs in git\n"


def test_moving_takes_the_outputs_and_forgets_what_the_new_name_had(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    store.save(tmp_path / "x", [entry("a", 1)])
    store.save(tmp_path / "sub" / "y", [entry("old", 1)])
    store.move(tmp_path / "x", tmp_path / "sub" / "y")
    assert store.load(tmp_path / "sub" / "y") == [entry("a", 1)]
    assert store.load(tmp_path / "x") == []
    store.move(tmp_path / "x", tmp_path / "sub" / "y")
    assert store.load(tmp_path / "sub" / "y") == []


def test_a_long_name_has_a_store_of_its_own(tmp_path: Path) -> None:
    names = ["ü" * 120 + suffix for suffix in ("a.py.md", "b.py.md")]
    for name in names:
        store.save(tmp_path / name, [entry(name[-7], 1)])
    assert [store.load(tmp_path / name)[0].hash for name in names] == ["a", "b"]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(tmp_path / "x", [entry("a", 1, text="x" * 5000)])
    monkeypatch.setattr(store, "MAX_FILE", 1000)
    with pytest.raises(StoreError, match="more than"):
        store.load(tmp_path / "x")


@pytest.mark.parametrize("action", [store.load, lambda path: store.save(path, [entry("a", 1)]), store.remove])
def test_a_folder_that_is_a_file_is_refused_without_a_host_path(
    tmp_path: Path, action: Callable[[Path], object]
) -> None:
    (tmp_path / ".moonlight").write_text("mine")
    with pytest.raises(StoreError) as caught:
        action(tmp_path / "x")
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.diagnostic.hint
    assert (tmp_path / ".moonlight").read_text() == "mine"


def test_a_failed_save_leaves_the_old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(tmp_path / "x", [entry("a", 1)])

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(StoreError, match="No space left"):
        store.save(tmp_path / "x", [entry("b", 1)])
    assert store.load(tmp_path / "x") == [entry("a", 1)]
    assert [p.name for p in (tmp_path / ".moonlight" / "outputs").iterdir()] == ["x.json"]


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_bytes_are_entries_or_a_refusal(data: bytes) -> None:
    try:
        store._entries(data, Path("x"))
    except StoreError as error:
        assert error.code == "outputs-store"  # noqa: PT017


def test_the_fingerprint_is_of_everything_that_is_stored() -> None:
    base = entry("a", 1)
    others = [entry("b", 1), entry("a", 2), entry("a", 1, 2), entry("a", 1, 1, "c")]
    prints = {outputs_of.fingerprint([each]) for each in [base, *others]}
    assert len(prints) == 5
    assert outputs_of.fingerprint([base]) == outputs_of.fingerprint([entry("a", 1)])
