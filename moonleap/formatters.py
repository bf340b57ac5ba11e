"""Formatters: finding the program of a setting, and running it on files of a temporary copy.

A program gets the names of its files as arguments, never through a shell, and a small environment.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from moonleap.findings import refusal
from moonleap.toolsettings import Tool
from moonlight.hints import did_you_mean

CONFIG, FILES = "{config}", "{files}"
"""What stands for both in `args`."""
PASSED = (
    *("PATH", "PATHEXT", "SYSTEMROOT", "HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME"),
    *("TMPDIR", "TEMP", "TMP", "CARGO_HOME", "RUSTUP_HOME", "PYENV_ROOT", "VOLTA_HOME"),
)
"""Variables of the environment that a formatter gets."""
SHOWN_LINES, SHOWN_BYTES = 12, 16_384
"""How much of what a program says an error shows."""

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Known:
    """How a well-known formatter is called, and how one gets it."""

    args: tuple[str, ...]
    config: tuple[str, ...] = ()
    install: str = ""
    exe: str = ""


KNOWN: Mapping[str, Known] = {
    "prettier": Known(("--write",), ("--config", "{config}"), "npm install prettier"),
    "ruff": Known(("format",), ("--config", "{config}"), "pip install ruff"),
    "ruff-imports": Known(
        ("check", "--select=I", "--fix", "--quiet"), ("--config", "{config}"), "pip install ruff", "ruff"
    ),
    "black": Known(("--quiet",), ("--config", "{config}"), "pip install black"),
    "isort": Known(("--quiet",), ("--settings-file", "{config}"), "pip install isort"),
    "clang-format": Known(("-i",), ("--style=file:{config}",), "pip install clang-format"),
    "gofmt": Known(("-w",), (), "the Go distribution has it"),
    "rustfmt": Known((), ("--config-path", "{config}"), "rustup component add rustfmt"),
    "shfmt": Known(("-w",), (), "the package manager of your system has it"),
}
"""Formatters that need no `args`, by the name in `bin`, else by the name of the program."""


@dataclass(frozen=True, slots=True)
class Program:
    """A tool that is there: the command before its files, and what identifies it in a cache."""

    tool: Tool
    command: tuple[str, ...]
    identity: str
    after: tuple[str, ...] = ()
    """Arguments behind the files."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A program that ended with an error, or took too long."""

    said: str
    reason: str
    too_slow: bool = False


def find_program(tool: Tool, spec_dir: str) -> Program:
    """The program of a tool; raises SpecError ``missing-tool`` or ``bad-settings``."""
    known = KNOWN.get(tool.name) or KNOWN.get(Path(tool.exe).stem)
    wanted = os.path.expanduser(tool.exe or (known.exe if known else "") or tool.name)
    exe = _found(wanted, spec_dir)
    if exe is None:
        install = known.install if known and known.install else _otherwise(tool)
        hint = f"{install}; `--no-post-process` leaves formatters out"
        raise refusal("missing-tool", f"`{tool.name}` is not there: no program `{wanted}`", tool.place, hint)
    config = os.path.join(spec_dir, os.path.expanduser(tool.config)) if tool.config else ""
    digest = _digest(config, tool) if config else ""
    args = list((known.args if known else ()) if tool.args is None else tool.args)
    at = args.index(FILES) if FILES in args else len(args)
    if config and not any(CONFIG in arg for arg in args):
        if not (known and known.config):
            hint = f"set `bin.{tool.name}.args`, with {CONFIG} and {FILES} in it"
            raise refusal("bad-settings", f"where does `{tool.name}` take its config?", tool.place, hint)
        args[at:at] = known.config
        at += len(known.config)
    filled = [arg.replace(CONFIG, os.path.abspath(config)) for arg in args]
    identity = "\0".join((*_version(exe), *args, digest))
    return Program(tool, (exe, *filled[:at]), identity, tuple(filled[at + 1 :]))


def _otherwise(tool: Tool) -> str:
    """What to do about an unknown program: its name may be misspelled."""
    return did_you_mean(tool.name, KNOWN, f"install it, or set `bin.{tool.name}.exe`").rstrip("?")


def _version(exe: str) -> tuple[str, ...]:
    """What changes with a program; npm dates the files of all versions alike, so `package.json` counts."""
    real = Path(os.path.realpath(exe))
    status = real.stat()
    found = (real.parents[i] / "package.json" for i in range(min(4, len(real.parents))))
    package = next((path for path in found if path.is_file()), None)
    with suppress(OSError):
        if package is not None:
            return (
                str(real),
                str(status.st_size),
                str(status.st_mtime_ns),
                hashlib.sha256(package.read_bytes()).hexdigest(),
            )
    return str(real), str(status.st_size), str(status.st_mtime_ns)


def _found(wanted: str, spec_dir: str) -> str | None:
    """Where a program is: a path from the spec on, or a name in `node_modules`, on PATH, beside Python."""
    if os.path.dirname(wanted):
        path = os.path.abspath(os.path.join(spec_dir, wanted))
        return shutil.which(path)
    folder = Path(os.path.abspath(spec_dir))
    for above in (folder, *folder.parents):
        local = shutil.which(wanted, path=str(above / "node_modules" / ".bin"))
        if local:
            return local
    return shutil.which(wanted) or shutil.which(wanted, path=os.path.dirname(sys.executable))


def _digest(config: str, tool: Tool) -> str:
    try:
        return hashlib.sha256(Path(config).read_bytes()).hexdigest()
    except OSError as error:
        message = f"the config of `{tool.name}` cannot be read: {config}: {error.strerror}"
        raise refusal("bad-settings", message, tool.place, "correct `config`, or drop it") from None


class Processes:
    """Processes that run now, so that all of them can be ended."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._ended = False
        passed = {name: os.environ[name] for name in PASSED if name in os.environ}
        self._environment = {**passed, "LANG": "C.UTF-8", "NO_COLOR": "1", "RUFF_NO_CACHE": "true"}

    def run(self, program: Program, paths: Sequence[str]) -> Failure | None:
        """Run a program on files below `root`; None where all went well."""
        files = [f"./{path}" for path in paths]  # a name may begin with a dash
        command = [*program.command, *files, *program.after]
        with tempfile.TemporaryFile() as said:
            try:
                process = self._start(command, said)
            except OSError as error:
                return Failure(str(error), "could not be started")
            try:
                code = process.wait(program.tool.timeout)
            except subprocess.TimeoutExpired:
                _kill(process)
                return Failure("", f"took longer than {program.tool.timeout:g} s", True)
            finally:
                process.wait()
                with self._lock:
                    self._running.discard(process)
            if code == 0:
                return None
            reason = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
            return Failure(self._told(said), reason)

    def end_all(self) -> None:
        """End what runs, and start nothing more."""
        with self._lock:
            self._ended = True
            running = list(self._running)
        for process in running:
            _kill(process)

    def _start(self, command: list[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._ended:
                raise OSError("formatting was given up")
            process = subprocess.Popen(
                command,
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def _told(self, said: IO[bytes]) -> str:
        said.seek(0)
        text = said.read(SHOWN_BYTES).decode(errors="replace").replace(os.path.join(self.root, ""), "")
        lines = [line.rstrip() for line in _ESCAPES.sub("", text).splitlines() if line.strip()]
        more = ["…"] if len(lines) > SHOWN_LINES else []
        return "\n".join(f"  {line}" for line in (*lines[:SHOWN_LINES], *more))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process that nobody waited for yet, and all that it started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
