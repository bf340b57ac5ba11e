"""Post-processing: the formatters of the settings work on a temporary copy of all generated files."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from moonleap.findings import finding
from moonleap.formatters import Failure, Processes, Program, find_program
from moonleap.outputfile import OutputFile
from moonleap.postcache import TextCache, key_of
from moonleap.settings import Settings
from moonleap.terms import Place
from moonleap.toolsettings import Tool
from moonlight.diagnostic import Diagnostic, MoonlightError

BATCH = 100
"""Most files that one process gets."""
MAX_CULPRITS = 5
"""Files of one batch that are named when a formatter fails."""
MAX_TEXT = 32 * 2**20
"""Bytes that a formatter may make of one file."""

_CONFIG = re.compile(
    r"\..*rc(\..*)?|\..*(ignore|config|-format)|.*\.(toml|cfg|ini)|package\.json|.*\.config\..*"
)
"""Names of generated files that may say how others are to be formatted."""

Chain = tuple[Program, ...]


def post_process(
    files: Sequence[OutputFile], settings: Settings, cache: TextCache, tell: Callable[[str, int, int], None]
) -> tuple[tuple[OutputFile, ...], tuple[Diagnostic, ...]]:
    """The files after their formatters, and what went wrong; bytes are left as they are."""
    tools = {f.path: settings.post_process.tools_for(f.path) for f in files if isinstance(f.text, str)}
    programs, missing = _programs(tools.values(), settings)
    if missing:
        return (), missing
    chains = {path: tuple(programs[tool.name] for tool in found) for path, found in tools.items() if found}
    if not chains:
        return tuple(files), ()
    job = _Job({file.path: file for file in files}, cache)
    failed = job.run(chains, tell)
    if failed:
        return (), tuple(failed)
    return tuple(replace(file, text=job.done.get(file.path, file.text)) for file in files), ()


def _programs(
    chains: Iterable[tuple[Tool, ...]], settings: Settings
) -> tuple[dict[str, Program], tuple[Diagnostic, ...]]:
    """The programs of all tools that are used, by name; an error for each that is not there."""
    used = {tool.name: tool for chain in chains for tool in chain}
    programs, missing = {}, []
    for tool in used.values():
        try:
            programs[tool.name] = find_program(tool, os.path.dirname(settings.path))
        except MoonlightError as error:
            missing.append(error.diagnostic)
    return programs, tuple(missing)


class _Job:
    """The files of one generation; `done` has the texts of those that are formatted."""

    def __init__(self, files: dict[str, OutputFile], cache: TextCache) -> None:
        self.files, self.cache = files, cache
        self.done: dict[str, str] = {}
        self.surroundings = _surroundings(files.values())

    def run(self, chains: dict[str, Chain], tell: Callable[[str, int, int], None]) -> list[Diagnostic]:
        """Format what the cache does not have; returns the errors, in the order of paths."""
        keys = {path: self.key(path, chain) for path, chain in chains.items()}
        groups: dict[tuple[str, ...], list[str]] = {}
        for path, key in keys.items():
            known = self.cache.get(key)
            if known is None:
                groups.setdefault(tuple(program.tool.name for program in chains[path]), []).append(path)
            else:
                self.done[path] = known
        tell("post-process", len(self.done), len(chains))
        if not groups:
            return []
        from concurrent.futures import ThreadPoolExecutor, as_completed  # loads logging

        failed: dict[str, Diagnostic] = {}
        with tempfile.TemporaryDirectory(prefix="moonleap-", ignore_cleanup_errors=True) as name:
            copy = _Copy(os.path.realpath(name), self.files)
            processes = Processes(copy.root)
            workers = os.cpu_count() or 1
            with ThreadPoolExecutor(workers) as pool:
                batches = [batch for group in groups.values() for batch in _batches(group, workers)]
                futures = [
                    pool.submit(_format, copy, processes, chains[batch[0]], batch) for batch in batches
                ]
                try:
                    for future in as_completed(futures):
                        texts, wrong = future.result()
                        self.done |= texts
                        failed |= wrong
                        tell("post-process", len(self.done) + len(failed), len(chains))
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    processes.end_all()
                    raise
        for group in groups.values():
            for path in group:
                if path in self.done:
                    self.cache.put(keys[path], self.done[path])
        self.cache.trim()
        return [failed[path] for path in sorted(failed)]

    def key(self, path: str, chain: Chain) -> str:
        """All that the text after the formatters depends on."""
        text = self.files[path].text
        assert isinstance(text, str)
        return key_of(*(program.identity for program in chain), self.surroundings, path, text)


def _surroundings(files: Iterable[OutputFile]) -> str:
    """What formatters see of the other files: settings, and which modules are the project's own."""
    parts: list[str] = []
    folders: set[str] = set()
    for file in files:
        folder, _, name = file.path.rpartition("/")
        folders.add(folder)
        if not folder:
            parts.append(name)
        if _CONFIG.fullmatch(name):
            parts += (file.path, file.data.decode(errors="replace"))
    return key_of(*parts, *sorted(folders))


def _batches(paths: list[str], workers: int) -> list[list[str]]:
    """Parts of about one size: one for each worker, none too large."""
    size = min(BATCH, -(-len(paths) // workers))
    return [paths[start : start + size] for start in range(0, len(paths), size)]


def _format(
    copy: _Copy, processes: Processes, chain: Chain, paths: list[str]
) -> tuple[dict[str, str], dict[str, Diagnostic]]:
    """Run the programs of a chain one after the other; texts and errors by path."""
    texts = {path: copy.files[path].data.decode() for path in paths}
    failed: dict[str, Diagnostic] = {}
    for program in chain:
        wrong = _apply(copy, processes, program, texts)
        failed |= {path: _told(copy.files[path], program, failure) for path, failure in wrong.items()}
        if failed:
            return {}, failed
    return texts, failed


def _apply(copy: _Copy, processes: Processes, program: Program, texts: dict[str, str]) -> dict[str, Failure]:
    """Run one program on all files; where it fails on each alone, to find which ones it fails on."""
    together = processes.run(program, list(texts))
    wrong: dict[str, Failure] = {}
    for path, text in texts.items():
        failure = together
        try:
            if together is not None and len(texts) > 1:
                copy.put(path, text.encode())
                failure = processes.run(program, [path])
            if failure is None:
                texts[path] = copy.text(path)
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            failure = Failure("", f"left no text behind ({said})")
        if failure is not None:
            wrong[path] = failure
        if len(wrong) >= MAX_CULPRITS or (failure is not None and failure.too_slow):
            break
    return wrong


def _told(file: OutputFile, program: Program, failure: Failure) -> Diagnostic:
    source = file.sources[0]
    place = Place(source.template, 1) if source.template else source.place
    message = f"`{program.tool.name}` {failure.reason} on `{file.path}`, for `{source.term}` ({source.place})"
    if failure.too_slow:
        hint = f"set `bin.{program.tool.name}.timeout`, or leave formatters out with `--no-post-process`"
        return finding("post-process-slow", message, place, hint)
    if failure.said:
        message += f"\n{failure.said}"
    hint = "correct the template; `--no-post-process` leaves formatters out"
    return finding("post-process-failed", message, place, hint)


class _Copy:
    """All files of a generation, below a folder of their own."""

    def __init__(self, root: str, files: dict[str, OutputFile]) -> None:
        self.root, self.files = root, files
        for folder in sorted({os.path.dirname(path) for path in files}):
            os.makedirs(os.path.join(root, folder), exist_ok=True)
        for path, file in files.items():
            self.put(path, file.data)

    def name(self, path: str) -> str:
        """Where a file of the copy lies; ValueError where a program made a link of its folder."""
        folder, file = os.path.split(path)
        above = os.path.normpath(os.path.join(self.root, folder))
        if os.path.realpath(above) != above:
            raise ValueError("its folder is a link now")
        return os.path.join(above, file)

    def put(self, path: str, data: bytes) -> None:
        """Write a file, also where a program put something else in its place."""
        name = self.name(path)
        if os.path.lexists(name):
            os.unlink(name)
        with open(name, "xb") as file:
            file.write(data)

    def text(self, path: str) -> str:
        """Text that a program left; it may not be a link to a file elsewhere, nor lie behind one."""
        name = self.name(path)
        if os.path.islink(name):
            raise ValueError("it is a link now")
        handle = os.open(name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise ValueError("it is no file now")
            data = file.read(MAX_TEXT + 1)
        if len(data) > MAX_TEXT:
            raise ValueError(f"it has more than {MAX_TEXT // 2**20} MB now")
        return data.decode()
