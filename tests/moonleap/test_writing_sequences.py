"""Random lives of an output folder: specs change, users edit, delete and add files, paths become folders."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.moonleap.outputs import kinds, put, traces, tree

PATHS = ("a", "a/b", "a/b/c", "b", "b/c", "c/d/e", "c/d/f", "c/g", "h")
OWN = (*PATHS, "own.txt", "c/own.txt")
MARKERS = ("<<<<<<<", "=======", ">>>>>>>")


class User:
    """Edits, deletes and adds files, and knows what must still be there."""

    def __init__(self, out: Path, chance: random.Random) -> None:
        self.out, self.chance = out, chance
        self.own: dict[str, str] = {}
        self.edits: dict[str, str] = {}
        self.count = 0

    def acts(self) -> None:
        present = sorted(path for path, data in tree(self.out).items() if data is not None)
        self.count += 1
        what = self.chance.choice((self.edit, self.delete, self.add))
        what(self.chance.choice(present) if present and what != self.add else self.chance.choice(OWN))

    def edit(self, path: str) -> None:
        file = self.out / path
        if path in self.own or not file.is_file():
            return
        lines = file.read_text().splitlines(True)
        self.edits[path] = f"mine {self.count}"
        lines.insert(self.chance.randrange(len(lines) + 1), f"mine {self.count}\n")
        file.write_text("".join(lines))

    def delete(self, path: str) -> None:
        (self.out / path).unlink(missing_ok=True) if (self.out / path).is_file() else None
        self.own.pop(path, None)
        self.edits.pop(path, None)

    def add(self, path: str) -> None:
        file = self.out / path
        manifest = self.out / ".moonleap/manifest.json"
        known = manifest.read_text() if manifest.exists() else ""
        if file.exists() or f'"{path}"' in known or any(above.is_file() for above in file.parents):
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"own {self.count}\n")
        self.own[path] = file.read_text()

    def resolves(self, path: str) -> None:
        lines = (self.out / path).read_text().splitlines(True)
        (self.out / path).write_text("".join(line for line in lines if line[:7] not in MARKERS))

    def check(self) -> None:
        for path, text in self.own.items():
            assert (self.out / path).read_text() == text
        for path, line in self.edits.items():
            assert line in (self.out / path).read_text()


def some_files(chance: random.Random) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {}
    for path in chance.sample(PATHS, chance.randrange(6)):
        if not any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in files):
            head, tail = chance.randrange(3), chance.randrange(2)
            files[path] = f"{path} {head}\nmid\nmid 2\nmid 3\ntail {tail}\n"
    return files


@pytest.mark.parametrize("seed", range(24))
def test_nothing_of_the_user_is_lost_in_a_long_life(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    user = User(tmp_path / "out", chance)
    for _ in range(8):
        files = some_files(chance)
        before = traces(tmp_path)
        report = put(user.out, files)
        user.check()
        done = kinds(report)
        if report.refused:
            assert report.failed
            assert traces(tmp_path) == before
        else:
            assert {path for path in files if (user.out / path).is_file()} == {
                path for path in files if done[path] != "deleted"
            }
            assert not [p for p, kind in done.items() if kind == "removed" and (user.out / p).is_file()]
            before = traces(tmp_path)
            assert not put(user.out, files).written
            assert traces(tmp_path) == before
            for path in (p for p, kind in done.items() if kind in ("conflict", "unresolved")):
                user.resolves(path)
        for _ in range(chance.randrange(3) if user.out.exists() else 0):
            user.acts()
