"""The wheel: what it holds, and that it works in an empty environment without Node."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from email.policy import compat32
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SHARED = {
    "share/jupyter/labextensions/moonlight-notebook": "jupyter_ext/labextension",
    "share/jupyter/kernels/moon": "moon_kernel/kernelspec",
    "etc/jupyter/jupyter_server_config.d": "jupyter_ext/jupyter-config",
}
"""Folder in the environment -> folder of the repository whose files are copied there."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run(*command: str, env: dict[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Output of a command that has to succeed."""
    done = subprocess.run(command, check=False, cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout or done.stderr  # some of Jupyter's lists go to standard error


def uv(*args: str) -> str:
    return run(sys.executable, "-m", "uv", *args)


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as an installer would."""
    out = tmp_path_factory.mktemp("dist")
    uv("build", "-q", "-o", str(out), str(ROOT))
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment into which the wheel was installed."""
    prefix = tmp_path_factory.mktemp("environment") / "venv"
    uv("venv", "-q", "--python", sys.executable, str(prefix))
    uv("pip", "install", "-q", "--python", str(prefix), str(wheel))
    return prefix


@pytest.fixture(scope="module")
def isolated(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Process environment with nothing on the PATH but the new environment: no Node."""
    home = tmp_path_factory.mktemp("home")
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    kept = {name: os.environ[name] for name in ("LANG", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        **{name: str(home / name.lower()) for name in names},
        "PATH": str(scripts(environment)),
    }


def scripts(environment: Path) -> Path:
    return environment / ("Scripts" if sys.platform == "win32" else "bin")


def command(environment: Path, name: str) -> str:
    return str(scripts(environment) / name)


def test_wheel_holds_the_packages_and_nothing_of_their_workshop(wheel: Path) -> None:
    names = [PurePosixPath(name) for name in zipfile.ZipFile(wheel).namelist()]
    tops = {name.parts[0] for name in names if not name.parts[0].endswith((".data", ".dist-info"))}
    assert tops == {"moonlight", "moonleap", "moon_spa", "moon_kernel", "jupyter_ext"}
    code = {name.suffix or name.name for name in names if name.parts[0] in tops}
    assert code <= {".py", ".mjs", ".typed", "py.typed", ".md", ".j2", ".yml"}, code
    browser = {name.name for name in names if name.parent == PurePosixPath("moon_spa/browser")}
    assert browser == {path.name for path in (ROOT / "moon_spa" / "browser").glob("*.mjs")}


def test_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 900_000


def test_wheel_describes_itself(wheel: Path, project: dict[str, Any]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = HeaderParser(policy=compat32).parsestr(archive.read(name).decode())
    assert metadata["Name"] == "moonlight-notebook"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Version"] == project["version"]


def test_requirements_have_floors_and_no_ceilings(project: dict[str, Any]) -> None:
    assert [r for r in project["dependencies"] if not re.fullmatch(r"[\w-]+>=[\d.]+", r)] == []


def test_versions_agree(environment: Path, project: dict[str, Any]) -> None:
    statement = "import moonlight; print(moonlight.__version__)"
    imported = run(command(environment, "python"), "-I", "-c", statement).strip()
    extension = json.loads((ROOT / "package.json").read_text())["version"]
    assert imported == extension == project["version"]


@pytest.mark.parametrize("target", SHARED)
def test_shared_files_are_where_jupyter_looks(environment: Path, target: str) -> None:
    source = ROOT / SHARED[target]
    files = [file.relative_to(source) for file in source.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert (environment / target / file).read_bytes() == (source / file).read_bytes()


def test_command_works(environment: Path, isolated: dict[str, str], tmp_path: Path) -> None:
    moonlight = command(environment, "moonlight")
    version = run(moonlight, "--version", env=isolated, cwd=tmp_path)
    assert version.startswith("moonlight, version ")
    module = run(command(environment, "python"), "-m", "moonlight", "--version", env=isolated, cwd=tmp_path)
    assert module == version


def test_every_contributed_command_can_be_loaded(
    environment: Path, isolated: dict[str, str], tmp_path: Path, project: dict[str, Any]
) -> None:
    for name in project["entry-points"]["moonlight.commands"]:
        output = run(command(environment, "moonlight"), name, "--help", env=isolated, cwd=tmp_path)
        assert "Usage: moonlight" in output or name == "jupytext"


def test_jupyter_finds_the_kernel(environment: Path, isolated: dict[str, str], tmp_path: Path) -> None:
    output = run(
        *(command(environment, "jupyter"), "kernelspec", "list", "--json"),
        env=isolated,
        cwd=tmp_path,
    )
    spec = json.loads(output)["kernelspecs"]["moon"]["spec"]
    assert spec["display_name"] == "Moonlight (Python)"
    assert spec["argv"] == ["python", "-m", "moon_kernel", "-f", "{connection_file}"]


@pytest.mark.parametrize(
    ("kind", "name"), [("labextension", "moonlight-notebook"), ("server", "jupyter_ext")]
)
def test_jupyter_finds_and_accepts_both_extensions(
    environment: Path, isolated: dict[str, str], tmp_path: Path, kind: str, name: str
) -> None:
    subcommand = ["server", "extension", "list"] if kind == "server" else [kind, "list"]
    jupyter = command(environment, "jupyter")
    output = run(jupyter, *subcommand, env=isolated, cwd=tmp_path)
    line = re.search(rf"^ *{name} .*(\n.*Validating.*\n.*)?", output, re.M)
    assert line, output
    assert "enabled" in line[0]
    assert "OK" in line[0], output
