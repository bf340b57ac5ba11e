"""The committed labextension is what the TypeScript and the lock file give, byte for byte."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUILT = ROOT / "jupyter_ext" / "labextension"
SOURCES = (
    *("package.json", "package-lock.json", "tsconfig.json", "rspack.config.cjs"),
    *("jupyter_ext/src", "jupyter_ext/style", "jupyter_ext/schema"),
    *("jupyter_ext/install.json", "jupyter_ext/package.json"),
)
REMEDY = "run `make labextension` and commit jupyter_ext/labextension"

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
NPM = shutil.which("npm", path=PATH)


def run(*command: str, cwd: Path) -> str:
    """Output of a command that has to succeed."""
    done = subprocess.run(
        command,
        check=False,
        cwd=cwd,
        env={**os.environ, "PATH": PATH},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def tracked_sources() -> list[str]:
    """What the build reads, without what is not committed."""
    return run("git", "ls-files", "--", *SOURCES, cwd=ROOT).splitlines()


def digest(folder: Path) -> dict[str, str]:
    """Relative path -> hash of each file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def install_packages(folder: Path) -> None:
    """`npm ci` in a folder, unless it was done there for this very lock file."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".lock"
    if not (stamp.is_file() and stamp.read_text() == lock):
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
        stamp.write_text(lock)


@pytest.fixture(scope="module")
def built() -> Path:
    """A second folder, with the tracked sources, their packages and what was built from them."""
    folder = ROOT / ".build" / "labextension"
    shutil.rmtree(folder / "jupyter_ext", ignore_errors=True)
    for name in tracked_sources():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    install_packages(folder)
    run("npm", "run", "build", cwd=folder)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(NPM is None, reason="npm is missing; `make test` installs it")
class TestBuild:
    """What is built from the sources in a second folder."""

    def test_built_labextension_is_the_one_that_is_committed(self, built: Path) -> None:
        assert digest(built / "jupyter_ext" / "labextension") == digest(BUILT), REMEDY

    def test_typescript_passes_its_own_tests(self, built: Path) -> None:
        shutil.copytree(ROOT / "tests" / "js", built / "tests" / "js", dirs_exist_ok=True)
        files = sorted(str(path) for path in (built / "tests" / "js").glob("*.test.mjs"))
        assert "\n# fail 0\n" in run("node", "--test", "--test-reporter=tap", *files, cwd=built)


def test_every_file_of_the_labextension_is_tracked() -> None:
    folder = BUILT.relative_to(ROOT).as_posix()
    tracked = run("git", "ls-files", "--", folder, cwd=ROOT).splitlines()
    assert sorted(tracked) == [f"{folder}/{name}" for name in sorted(digest(BUILT))], REMEDY


def test_labextension_is_small() -> None:
    assert sum(path.stat().st_size for path in BUILT.rglob("*") if path.is_file()) < 150_000


def test_labextension_loads_the_file_that_is_there() -> None:
    description = json.loads((BUILT / "package.json").read_text())
    assert (BUILT / description["jupyterlab"]["_build"]["load"]).is_file()
    assert description["name"] == "moonlight-notebook"


def test_lock_file_names_no_registry() -> None:
    assert '"resolved": "http' not in (ROOT / "package-lock.json").read_text()
