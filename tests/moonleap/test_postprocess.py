"""Post-processing: formatters on a temporary copy, their errors, and the cache."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from moonleap import Generation, generate
from moonleap.postcache import MAX_ENTRIES, TextCache, key_of
from moonleap.toolsettings import Step, read_post_process
from tests.moonleap.specs import IMPORTS, write

RULES = IMPORTS + (
    "@extend(Resource)\n"
    "class Files:\n"
    "    def render(self, write_file, render_template, output_path):\n"
    "        for path, text in FILES.items():\n"
    "            write_file(path, text)\n"
)
SPEC = "# The\n\na:thing\n"
Make = Callable[..., Generation]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Generates files with the given settings; the programs write a line into `calls` when they run."""
    monkeypatch.chdir(tmp_path)

    def generated(files: dict[str, str | bytes], settings: str, cache: Path | None = None) -> Generation:
        rules = f"{RULES}FILES = {files!r}\n"
        texts = {"spec.md": SPEC, "rules.py": rules, "settings.yml": DEFAULT + settings}
        write(tmp_path / "spec", texts)
        return generate("spec", cache=cache)

    return generated


DEFAULT = "packages_by_scope:\n  default: [rules]\n"


def tool(tmp_path: Path, code: str, name: str = "tool", more: str = "") -> str:
    """Settings of a program that runs `code` for its files."""
    script = tmp_path / "bin" / name
    script.parent.mkdir(exist_ok=True)
    script.write_text(
        f"#!{sys.executable}\nimport os, sys, time\n"
        f"open({str(tmp_path / 'calls')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        f"for name in sys.argv[1:]:\n    {code}\n"
    )
    script.chmod(0o755)
    return f"bin:\n  {name}:\n    exe: {script}\n{more}post_process:\n  .txt: [{name}]\n"


def said(generation: Generation) -> list[tuple[str, int, str]]:
    """Code, line and first line of the message of each error."""
    return [
        (d.code, d.span.line, d.message.partition("\n")[0])
        for d in generation.diagnostics
        if d.severity == "error"
    ]


UPPER = "text = open(name).read(); open(name, 'w').write(text.upper())"


def test_ruff_formats_python_and_sorts_its_imports(make: Make) -> None:
    settings = "post_process:\n  .py: [ruff-imports, ruff]\n"
    text = "import sys\nimport app\nimport os\nx = [ 1,2 ]\n"
    generation = make({"main.py": text, "app/__init__.py": "", "-x.py": "y=1\n"}, settings)
    assert said(generation) == []
    texts = {file.path: file.text for file in generation.files}
    assert texts["main.py"] == "import os\nimport sys\n\nimport app\n\nx = [1, 2]\n"
    assert texts["-x.py"] == "y = 1\n"


def test_generated_settings_count_for_formatters(make: Make) -> None:
    files = {"a.py": "x = 'y'\n", "ruff.toml": "[format]\nquote-style = 'single'\n"}
    generation = make(files, "post_process:\n  .py: [ruff]\n")
    assert generation.files[0].text == "x = 'y'\n"


def test_files_that_are_copied_and_files_of_other_suffixes_are_left_alone(make: Make, tmp_path: Path) -> None:
    generation = make({"a.txt": "a", "b.txt": b"b", "c.md": "c"}, tool(tmp_path, UPPER))
    assert [file.text for file in generation.files] == ["A", b"b", "c"]


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        (".ts(x)?", "a/b.ts", True),
        (".ts(x)?", "a/b.tsx", True),
        (".ts(x)?", "b.tsv", False),
        (".ts(x)?", "b.d.ts", True),
        (".ts", "ts", False),
        ("src/", "src/b.py", True),
        ("^src/", "a/src/b.py", False),
        ("^src/.*[.]py$", "src/b.pyc", False),
    ],
)
def test_patterns_match_the_suffix_in_full_and_with_a_slash_the_path(
    pattern: str, path: str, matches: bool
) -> None:
    (step,) = read_post_process({"post_process": {pattern: []}}, "s.yml", {}).steps
    assert isinstance(step, Step)
    assert step.matches(path) is matches


def test_tools_of_several_patterns_run_once_each_in_order(make: Make, tmp_path: Path) -> None:
    first = tool(tmp_path, "open(name, 'a').write('1')", "one")
    second = tool(tmp_path, "open(name, 'a').write('2')", "two")
    programs = first.partition("post_process")[0] + second.partition("post_process")[0].partition("\n")[2]
    steps = "post_process:\n  .txt: [one]\n  d/: [two, one]\n"
    generation = make({"d/a.txt": "", "b.txt": ""}, programs + steps)
    assert [file.text for file in generation.files] == ["1", "12"]


def test_missing_program_is_an_error_at_its_setting_unless_left_out(make: Make, tmp_path: Path) -> None:
    settings = "bin:\n  prettier:\n    exe: ~/no/such/prettier\npost_process:\n  .txt: [prettier]\n"
    generation = make({"a.txt": ""}, settings)
    (found,) = [d for d in generation.diagnostics if d.severity == "error"]
    assert (found.code, found.span.line, generation.files) == ("missing-tool", 4, ())
    assert found.hint == "npm install prettier; `--no-post-process` leaves formatters out"
    assert generate("spec", post_process=False).files[0].path == "a.txt"
    assert not said(make({"a.md": ""}, settings)), "a program without files need not be there"


def test_failure_names_the_files_it_is_about_with_what_the_program_said(make: Make, tmp_path: Path) -> None:
    complain = "print(os.path.abspath(name), '\\x1b[31mno', file=sys.stderr); sys.exit(3)"
    code = f"if 'bad' in open(name).read(): {complain}"
    files = {f"f{i}.txt": "bad" if i in (2, 5) else "good" for i in range(8)}
    generation = make(files, tool(tmp_path, code))
    assert generation.files == ()
    messages = [d.message for d in generation.diagnostics if d.code == "post-process-failed"]
    assert messages == [
        f"`tool` ended with 3 on `f{i}.txt`, for `a:thing` (spec/spec.md:3)\n  f{i}.txt no" for i in (2, 5)
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os.unlink(name); os.symlink('/etc/passwd', name)", "left no text behind (it is a link now"),
        ("os.unlink(name); os.mkfifo(name)", "left no text behind (it is no file now"),
        ("os.unlink(name)", "left no text behind ("),
        ("open(name, 'wb').write(b'\\xff')", "left no text behind ('utf-8' codec can't decode"),
        ("os.kill(os.getpid(), 9)", "was ended by signal 9"),
        (
            "os.unlink(name); os.rename('d', 'e'); os.symlink('/etc', 'd')",
            "left no text behind (its folder is a link",
        ),
    ],
)
def test_hostile_program_is_an_error_of_its_file(code: str, reason: str, make: Make, tmp_path: Path) -> None:
    (found,) = said(make({"d/hosts.txt": "x"}, tool(tmp_path, code)))
    assert found[0] == "post-process-failed"
    assert f"`tool` {reason}" in found[2]


def test_hostile_program_cannot_lead_our_own_writing_elsewhere(make: Make, tmp_path: Path) -> None:
    target = write(tmp_path / "target", {"a.txt": "mine", "b.txt": "mine"})
    code = f"os.path.islink('d') or (os.rename('d', 'e'), os.symlink({str(target)!r}, 'd')); sys.exit(1)"
    found = said(make({"d/a.txt": "x", "d/b.txt": "x"}, tool(tmp_path, code)))
    assert {code for code, *_ in found} == {"post-process-failed"}
    assert [path.read_text() for path in sorted(target.iterdir())] == ["mine", "mine"]


def test_program_sees_a_copy_and_no_secret_of_the_environment(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    code = "open(name, 'w').write(os.getcwd() + ' ' + str('SECRET_TOKEN' in os.environ))"
    (file,) = make({"a.txt": ""}, tool(tmp_path, code)).files
    folder, secret = str(file.text).split(" ")
    assert (str(tmp_path) in folder, secret, os.path.exists(folder)) == (False, "False", False)


@pytest.mark.parametrize("name", ["; touch pwned.txt", "$(touch pwned).txt", "a b.txt", "--config=x.txt"])
def test_names_of_files_are_no_commands_and_no_options(name: str, make: Make, tmp_path: Path) -> None:
    generation = make({name: "a"}, tool(tmp_path, UPPER))
    assert [(file.path, file.text) for file in generation.files] == [(name, "A" if "." in name else "a")]


def test_program_that_hangs_is_ended_with_all_it_started(make: Make, tmp_path: Path) -> None:
    code = f"os.fork(); time.sleep(2); open({str(tmp_path / 'late')!r}, 'w')"
    start = time.perf_counter()
    (found,) = said(make({"a.txt": ""}, tool(tmp_path, code, more="    timeout: 0.5\n")))
    assert found[0] == "post-process-slow"
    assert "took longer than 0.5 s on `a.txt`" in found[2]
    time.sleep(max(0, 3 - (time.perf_counter() - start)))
    assert not (tmp_path / "late").exists()


def test_flood_of_output_is_cut(make: Make, tmp_path: Path) -> None:
    code = "print('x\\n' * 1_000_000); sys.exit(1)"
    generation = make({"a.txt": ""}, tool(tmp_path, code))
    assert max(len(d.message) for d in generation.diagnostics) < 300


def test_second_run_takes_texts_from_the_cache(make: Make, tmp_path: Path) -> None:
    settings, cache = tool(tmp_path, UPPER), tmp_path / "cache"
    files: dict[str, str | bytes] = {"a.txt": "a", "b.txt": "b"}
    first = make(files, settings, cache)
    calls = (tmp_path / "calls").read_text()
    assert make(files, settings, cache).files == first.files
    assert (tmp_path / "calls").read_text() == calls
    make(files | {"b.txt": "new"}, settings, cache)
    assert (tmp_path / "calls").read_text() == calls + "./b.txt\n"
    (tmp_path / "bin" / "tool").write_text((tmp_path / "bin" / "tool").read_text().replace("upper", "title"))
    assert [file.text for file in make(files, settings, cache).files] == ["A", "B"]
    assert (tmp_path / "calls").read_text().count("./a.txt") == 2, "another program, another key"


def test_version_of_a_node_package_is_part_of_the_key(make: Make, tmp_path: Path) -> None:
    settings, cache = tool(tmp_path, "pass"), tmp_path / "cache"
    for version in ("1", "1", "2"):
        write(tmp_path, {"package.json": f'{{"version": "{version}"}}'})
        make({"a.txt": "a"}, settings, cache)
    assert (tmp_path / "calls").read_text().count("a.txt") == 2


def test_program_of_node_modules_is_found(make: Make, tmp_path: Path) -> None:
    tool(tmp_path, UPPER)
    (tmp_path / "node_modules" / ".bin").mkdir(parents=True)
    os.symlink(tmp_path / "bin" / "tool", tmp_path / "node_modules" / ".bin" / "tool")
    assert make({"a.txt": "a"}, "post_process:\n  .txt: [tool]\n").files[0].text == "A"


def test_config_and_generated_settings_are_part_of_the_key(make: Make, tmp_path: Path) -> None:
    args = "    args: ['{files}', '{config}']\n    config: tool.cfg\n"
    settings, cache = tool(tmp_path, "pass", more=args), tmp_path / "cache"
    write(tmp_path / "spec", {"tool.cfg": "1"})
    counts = []
    for config, generated in (("1", "1"), ("1", "1"), ("2", "1"), ("2", "2")):
        write(tmp_path / "spec", {"tool.cfg": config})
        make({"a.txt": "a", ".prettierrc": generated}, settings, cache)
        counts.append((tmp_path / "calls").read_text().count("a.txt"))
    assert counts == [1, 1, 2, 3]


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        ("", "--write --config {0}/spec/c.cfg ./a.txt"),
        ("    args: [x]\n", "x --config {0}/spec/c.cfg ./a.txt"),
        ("    args: ['-c={config}', x]\n", "-c={0}/spec/c.cfg x ./a.txt"),
        ("    args: [x, '{files}', y]\n", "x --config {0}/spec/c.cfg ./a.txt y"),
        ("    args: ['{config}', '{files}', y]\n", "{0}/spec/c.cfg ./a.txt y"),
    ],
)
def test_arguments_with_config_and_files(options: str, calls: str, make: Make, tmp_path: Path) -> None:
    write(tmp_path / "spec", {"c.cfg": ""})
    settings = tool(tmp_path, "pass", "prettier", f"    config: c.cfg\n{options}")
    assert not said(make({"a.txt": ""}, settings))
    assert (tmp_path / "calls").read_text() == calls.format(tmp_path) + "\n"


def test_interruption_ends_what_runs(tmp_path: Path) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "post-process" and done:
            raise KeyboardInterrupt

    settings = DEFAULT + tool(tmp_path, "'a.txt' in name or time.sleep(30)")
    rules = f"{RULES}FILES = {{'a.txt': '', 'b.md': ''}}\n"
    settings = (
        settings.replace("post_process:\n", "post_process:\n  .md: [tool, tool2]\n") + "  x/: [tool2]\n"
    )
    settings = settings.replace("bin:\n", f"bin:\n  tool2:\n    exe: {tmp_path}/bin/tool\n")
    write(tmp_path, {"spec.md": SPEC, "rules.py": rules, "settings.yml": settings})
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        generate(str(tmp_path), progress=interrupt)
    assert time.perf_counter() - start < 20


def test_damaged_entries_are_taken_for_none(tmp_path: Path) -> None:
    cache = TextCache(tmp_path)
    cache.put("k", "text\r\n")
    assert cache.get("k") == "text\r\n"
    whole = (tmp_path / "k").read_bytes()
    for damaged in (whole[:-1], whole + b"x", b"", whole.replace(b"text", b"tent"), b"\xff" * 100):
        (tmp_path / "k").write_bytes(damaged)
        assert cache.get("k") is None
    (tmp_path / "k").unlink()
    os.symlink("/etc/passwd", tmp_path / "k")
    assert cache.get("k") is None
    cache.put("k", "again")
    assert (cache.get("k"), stat.S_ISREG(os.lstat(tmp_path / "k").st_mode)) == ("again", True)


def test_cache_is_bounded_and_drops_what_was_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moonleap.postcache.MAX_BYTES", 4000)
    cache = TextCache(tmp_path)
    for i in range(40):
        cache.put(f"k{i:02}", "x" * 100)
        os.utime(tmp_path / f"k{i:02}", (i, i))
    assert cache.get("k00") == "x" * 100
    cache.trim()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3000
    assert cache.get("k00") == "x" * 100, "it was used last"
    assert cache.get("k01") is None
    assert MAX_ENTRIES > 1000


def test_several_writers_of_one_cache_see_whole_texts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moonleap.postcache.MAX_BYTES", 200_000)

    def work(seed: int) -> set[str | None]:
        cache, seen = TextCache(tmp_path), set()
        for i in range(60):
            cache.put(f"k{i % 7}", f"{seed}" * 5000)
            seen.add(cache.get(f"k{(i + seed) % 7}"))
            if i % 20 == 0:
                cache.trim()
        return seen

    with ThreadPoolExecutor(4) as pool:
        seen = set().union(*pool.map(work, range(4)))
    assert seen <= {None, *(f"{seed}" * 5000 for seed in range(4))}
    assert not list(tmp_path.glob("*.tmp"))


def test_cache_behind_a_link_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", tmp_path / ".moonleap")
    TextCache(tmp_path / ".moonleap" / "cache").put("k", "text")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_keys_do_not_mix_their_parts() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("", "abc")}) == 4


@pytest.mark.parametrize(
    ("settings", "line", "says"),
    [
        ("bin: [prettier]\n", 3, "`bin` is a mapping from names to programs, not list"),
        ("bin:\n  a:\n    exe: 3\n", 4, "`bin.a.exe` is a text, not int 3"),
        ("bin:\n  a: 3\n", 4, "`bin.a` is a mapping with `exe`, `args`, `config`, not int 3"),
        ("bin:\n  a: {exee: b}\n", 4, "`bin.a` has no option `exee`"),
        ("bin:\n  a: {args: b}\n", 4, "`bin.a.args` is a list of texts"),
        ("bin:\n  a: {timeout: true}\n", 4, "`bin.a.timeout` is a number of seconds"),
        ("bin:\n  a: {args: ['{config}']}\n", 4, "has {config}, but no `config` is named"),
        ("post_process: .py\n", 3, "`post_process` is a mapping from patterns"),
        ("post_process:\n  .py: ruff\n", 4, "`post_process..py` is a list of names of programs"),
        ("post_process:\n  3: [ruff]\n", 4, "named by a regular expression"),
        ("post_process:\n  '(': [ruff]\n", 4, "`post_process.(` is no regular expression"),
        (
            "bin:\n  a: {exe: /bin/true, config: rules.py}\npost_process:\n  .txt: [a]\n",
            4,
            "where does `a` take",
        ),
        ("bin:\n  ruff: {config: c}\npost_process:\n  .txt: [ruff]\n", 4, "the config of `ruff` cannot be"),
    ],
)
def test_settings_of_the_wrong_type(settings: str, line: int, says: str, make: Make) -> None:
    ((code, at, message),) = said(make({"a.txt": ""}, settings))
    assert (code, at) == ("bad-settings", line)
    assert says in message


def test_progress_is_told_by_stage(tmp_path: Path) -> None:
    rules = f"{RULES}FILES = {{'a.py': 'x=1', 'b.py': 'x=2'}}\n"
    settings = DEFAULT + "post_process:\n  .py: [ruff]\n"
    write(tmp_path, {"spec.md": SPEC, "rules.py": rules, "settings.yml": settings})
    told: list[tuple[str, int, int]] = []
    generate(str(tmp_path), progress=lambda *args: told.append(args))
    assert told[:4] == [("rules", 0, 1), ("rules", 1, 1), ("render", 0, 1), ("render", 1, 1)]
    assert (told[4], told[-1]) == (("post-process", 0, 2), ("post-process", 2, 2))
