"""Settings of a spec: `settings.yml` beside `spec.md`, checked, with the line of every mistake."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moonleap.findings import finding, refusal
from moonleap.reading import read_text, similar_file
from moonleap.terms import Place
from moonleap.toolsettings import PostProcess, read_post_process
from moonlight.diagnostic import Diagnostic
from moonlight.hints import did_you_mean
from moonlight.yamltext import Node, YamlError, read_yaml

FILE = "settings.yml"
KEYS = ("packages_by_scope", "package_paths", "bin", "post_process")


@dataclass(frozen=True)
class Settings:
    """What the settings file says; `values` holds everything, `places` the line of each key and scope."""

    path: str
    packages_by_scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    package_paths: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    post_process: PostProcess = field(default_factory=PostProcess)

    def place(self, key: str) -> Place:
        """Where a key (`package_paths`) or a scope (`packages_by_scope.default`) stands."""
        return self.places.get(key, Place(self.path, 1))


def read_settings(spec_dir: str) -> Settings:
    """Settings of a spec folder, empty where it has none; raises SpecError ``bad-settings``."""
    path = os.path.normpath(os.path.join(spec_dir, FILE))
    if not os.path.lexists(path):
        return Settings(path)
    values, places = _load(read_text(path, lambda: "settings are a file"), path)
    unknown = [key for key in values if key not in KEYS]
    found = [
        finding(
            "unknown-setting",
            f"nothing reads the setting `{key}`",
            places[key],
            did_you_mean(str(key), KEYS, f"known are {', '.join(KEYS)}"),
            "warning",
        )
        for key in map(str, unknown)
    ]
    scopes = values.get("packages_by_scope")
    if scopes is not None and not isinstance(scopes, dict):
        raise _wrong("packages_by_scope", "a mapping from scopes to lists of packages", scopes, places)
    packages = {
        str(scope): _texts(names, f"packages_by_scope.{scope}", places)
        for scope, names in (scopes or {}).items()
    }
    paths = _texts(values.get("package_paths"), "package_paths", places)
    found += [_no_folder(name, places["package_paths"], path) for name in paths if not _is_folder(name, path)]
    steps = read_post_process(values, path, places)
    return Settings(path, packages, paths, values, places, tuple(found), steps)


def _is_folder(name: str, path: str) -> bool:
    return os.path.isdir(os.path.join(os.path.dirname(path), os.path.expanduser(name)))


def _no_folder(name: str, place: Place, path: str) -> Diagnostic:
    otherwise = "`package_paths` are relative to the settings"
    hint = similar_file(os.path.join(os.path.dirname(path), name), otherwise)
    return finding("bad-settings", f"there is no folder `{name}`", place, hint, "warning")


def _load(text: str, path: str) -> tuple[dict[str, Any], dict[str, Place]]:
    """The values, and the places of the keys of the first two levels."""
    try:
        root = read_yaml(text)
    except YamlError as error:
        place = Place(path, error.line)
        raise refusal(
            "bad-settings", f"this is not YAML: {error.problem}", place, "correct the text"
        ) from None
    if root is None or root.value is None:
        return {}, {}
    if root.members is None or not isinstance(root.value, dict):
        place = Place(path, 1)
        raise refusal("bad-settings", "the settings are no mapping", place, "write `key: value` lines")
    places: dict[str, Place] = {}
    _locate(root.members, "", path, places)
    return {str(key): value for key, value in root.value.items()}, places


def _locate(members: Iterable[tuple[Node, Node]], prefix: str, path: str, places: dict[str, Place]) -> None:
    for key, value in members:
        name = f"{prefix}{key.value}"
        if name in places:
            message = f"`{name}` is there twice: in line {places[name].line} too"
            raise refusal("bad-settings", message, Place(path, key.line), "join the two")
        places[name] = Place(path, key.line)
        if not prefix and value.members is not None:
            _locate(value.members, f"{name}.", path, places)


def _texts(value: Any, key: str, places: Mapping[str, Place]) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(key, "a list of texts", value, places)
    return tuple(value)


def _wrong(key: str, wanted: str, value: object, places: Mapping[str, Place]) -> Exception:
    message = f"`{key}` is {wanted}, not {type(value).__name__} {value!r:.60}"
    hint = "write `packages_by_scope: {default: [PACKAGE]}`, for instance"
    if isinstance(value, str) and "list" in wanted:
        hint = f"write `{key.rpartition('.')[2]}: [{value}]`"
    return refusal("bad-settings", message, places[key], hint)
