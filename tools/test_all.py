"""The engine's tests on every Python from 3.11 to 3.13 that is found, each in its own environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
NEEDED = (
    *("click", "coverage", "fsspec", "hypothesis", "latex2mathml", "mistune", "pytest", "pytest-timeout"),
    *("pytest-xdist", "pyyaml", "rich", "ruff"),
)
"""The engine and its tests need no Jupyter."""
TESTS = ("tests/moonlight", "tests/project")


def main(arguments: list[str]) -> int:
    """Test each version; the exit code is 1 where one fails or none is found."""
    rows = [(version, *tested(version, arguments)) for version in VERSIONS]
    print("\n" + "\n".join(f"Python {version}: {outcome}" for version, _, outcome in rows))
    return int(
        not any(ran for _, ran, _ in rows) or any(outcome.startswith("FAILED") for *_, outcome in rows)
    )


def tested(version: str, arguments: list[str]) -> tuple[bool, str]:
    """Whether the tests ran, and in a few words with what outcome."""
    python = found(version)
    if python is None:
        return False, "not found"
    full = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    print(f"\n== Python {full}", flush=True)
    inside = environment(python, version)
    start = time.monotonic()
    command = [str(inside), "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *TESTS, *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, flush=True)
    summary = next((line for line in reversed(done.stdout.splitlines()) if " in " in line), "no summary")
    word = "ok" if done.returncode == 0 else "FAILED"
    return True, f"{word}, {full}, {summary.strip('= ')} ({time.monotonic() - start:.0f} s)"


def found(version: str) -> str | None:
    """A Python of this version that runs: on the PATH, else of pyenv."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), reverse=True)
    candidates = [sys.executable, shutil.which(f"python{version}"), *map(str, pyenv)]
    check = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    for candidate in filter(None, candidates):
        done = subprocess.run([candidate, "-c", check], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None


def environment(python: str, version: str) -> Path:
    """Interpreter of `.venvs/VERSION`, made where it is missing or has not what is needed."""
    folder = ROOT / ".venvs" / version
    inside = folder / "bin" / "python"
    stamp = folder / "installed"
    wanted = " ".join(NEEDED)
    if not stamp.is_file() or stamp.read_text() != wanted:
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        install = [sys.executable, "-m", "uv", "pip", "install", "-q", "-p", str(inside)]
        subprocess.run([*install, *NEEDED], check=True)
        subprocess.run([*install, "--no-deps", "-e", str(ROOT)], check=True)
        stamp.write_text(wanted)
    return inside


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
