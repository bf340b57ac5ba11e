"""A real JupyterLab for tests: own folders, a free port of this machine, an end that is certain."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

TOKEN = "token-of-the-tests"

OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--expose-app-in-browser",
    "--JupyterNotebookApp.expose_app_in_browser=True",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    f"--IdentityProvider.token={TOKEN}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "full"},
    # Saves are the test's, not the clock's.
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
"""Settings of the browser part, by plugin; a test may give others."""

FOLDERS = (
    *("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"),
    *("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"),
)


@dataclass(frozen=True)
class Lab:
    """A running server: its address, the folder it serves, its process and its log."""

    url: str
    root: Path
    process: subprocess.Popen[bytes]
    log: Path

    def address(self, path: str = "/lab", **query: str) -> str:
        """URL of a page, with the token."""
        words = "".join(f"&{name}={quote(value)}" for name, value in query.items())
        return f"{self.url}{path}?token={TOKEN}{words}"

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the REST interface, e.g. `("GET", "/api/contents/x.md")`: status, JSON or text."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + quote(path, safe="/?=&%"), data, method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                status, text = reply.status, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text.decode()


@contextmanager
def running_lab(
    home: Path,
    root: Path,
    options: Sequence[str] = (),
    settings: Mapping[str, Mapping[str, Any]] = SETTINGS,
) -> Iterator[Lab]:
    """Start JupyterLab on `root` with all its own folders in `home`; stop it at the end."""
    _write_settings(home / "jupyterlab_settings_dir", settings)
    port = _free_port()
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", *OPTIONS, *options),
                *(f"--ServerApp.port={port}", f"--ServerApp.root_dir={root}"),
            ],
            cwd=root,
            env={**os.environ, **{name: str(home / name.lower()) for name in FOLDERS}},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    lab = Lab(f"http://127.0.0.1:{port}", root, process, log)
    try:
        _wait_until_ready(lab)
        yield lab
    finally:
        _stop(process)


def find_chromium() -> str | None:
    """Path of the system's Chromium; None leaves the choice to Playwright."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def _write_settings(folder: Path, settings: Mapping[str, Mapping[str, Any]]) -> None:
    for plugin, values in settings.items():
        file = folder / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(lab: Lab, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and lab.process.poll() is None:
        try:
            if lab.request("GET", "/api/status")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    tail = lab.log.read_text(errors="replace")[-3000:]
    raise TimeoutError(f"JupyterLab did not start; the end of its log:\n{tail}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """TERM, then KILL for the group: a server that starts a kernel may ignore the first."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(8)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
