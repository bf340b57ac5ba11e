"""`moonlight lab`: its command line for JupyterLab, and that Lab starts, serves and stops."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jupyter_ext import lab as module

STARTED = re.compile(r"http://127\.0\.0\.1:(\d+)(/lab\S*)")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Command lines that were given to JupyterLab, which is not started."""
    calls: list[list[str]] = []
    monkeypatch.setattr(module, "start", calls.append)
    monkeypatch.setattr(module, "is_root", lambda: False)
    monkeypatch.setattr(module, "has_browser", lambda platform, environ: True)
    return calls


def run(*args: str) -> Result:
    return CliRunner().invoke(module.lab, args)


def test_lab_opens_the_current_folder_by_default(
    started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run().exit_code == 0
    assert f"--ServerApp.root_dir={tmp_path}" in started[0]


def test_document_is_opened_in_its_folder(started: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "ü x.py.md").touch()
    assert run(str(tmp_path / "ü x.py.md")).exit_code == 0
    assert f"--ServerApp.root_dir={tmp_path}" in started[0]
    assert "--LabApp.default_url=/lab/tree/%C3%BC%20x.py.md" in started[0]


def test_missing_path_is_a_usage_error(started: list[list[str]], tmp_path: Path) -> None:
    result = run(str(tmp_path / "nothing.py.md"))
    assert result.exit_code == 2
    assert "no such file or folder" in result.stderr
    assert not started


def test_options_after_the_dashes_are_passed_on(started: list[list[str]]) -> None:
    assert run(".", "--", "--port=9000", "extra").exit_code == 0
    assert started[0][-2:] == ["--port=9000", "extra"]


def test_options_need_no_path(
    started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("--", "--port=9000").exit_code == 0
    assert started[0][-1] == "--port=9000"
    assert f"--ServerApp.root_dir={tmp_path}" in started[0]


def test_unknown_option_of_our_own_is_a_usage_error(started: list[list[str]]) -> None:
    assert run("--port=9000").exit_code == 2
    assert not started


@pytest.mark.parametrize("option", ["--ip=0.0.0.0", "--ServerApp.ip=0.0.0.0"])
def test_lab_listens_on_this_machine_only(started: list[list[str]], option: str) -> None:
    assert run(".", "--", option).exit_code == 2
    assert not started
    run(".")
    assert "--ServerApp.ip=127.0.0.1" in started[0]


def test_option_of_the_user_replaces_ours(started: list[list[str]]) -> None:
    run(".", "--", "--LabApp.news_url=somewhere", "--debug")
    assert [o for o in started[0] if o.startswith("--LabApp.news_url")] == ["--LabApp.news_url=somewhere"]
    assert "--Application.log_level=WARN" not in started[0]


def test_root_is_allowed_with_one_line_about_it(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--allow-root" not in module.arguments(Path("/"), [], root=False, browser=True)
    monkeypatch.setattr(module, "is_root", lambda: True)
    result = run(".")
    assert "--allow-root" in started[0]
    assert result.stderr.count("--allow-root") == 1


def test_without_a_browser_the_address_is_announced(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "has_browser", lambda platform, environ: False)
    result = run(".")
    assert "--no-browser" in started[0]
    assert "No browser here" in result.stderr


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "helper"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_browser_needs_a_display_where_displays_are_named(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], expected: bool
) -> None:
    monkeypatch.setattr(webbrowser, "get", object)
    assert module.has_browser(platform, environ) is expected


def test_no_browser_installed_means_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", refuse)
    assert not module.has_browser("linux", {"DISPLAY": ":0"})


def jupyter_environment(folder: Path) -> dict[str, str]:
    """An environment in which nothing of the user's Jupyter is read or written."""
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    inherited = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    inherited.pop("BROWSER", None)
    return {**inherited, **{name: str(folder / name.lower()) for name in names}}


def read_address(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Port and path of the first address that the server prints."""
    assert process.stderr
    seen = []
    for line in process.stderr:
        seen.append(line)
        if match := STARTED.search(line):
            return int(match[1]), match[2]
    raise AssertionError("no address printed:\n" + "".join(seen))


def read_status(url: str) -> int:
    """HTTP status of a page; the server prints its address a moment before it listens."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=20) as reply:
                status: int = reply.status
                return status
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"nobody listens at {url}")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_lab_serves_the_document_on_the_next_free_port_and_ends_with_ctrl_c(
    tmp_path: Path,
) -> None:
    (tmp_path / "intro.py.md").write_text("# Hello\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "moonlight", "lab", "intro.py.md", "--", f"--port={port}"],
            cwd=tmp_path,
            env=jupyter_environment(tmp_path / "jupyter"),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            found, path = read_address(process)
            assert found != port
            assert path.startswith("/lab/tree/intro.py.md?token=")
            url = f"http://127.0.0.1:{found}/api/contents/intro.py.md?{path.partition('?')[2]}"
            assert read_status(url) == 200
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
            assert process.returncode == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
