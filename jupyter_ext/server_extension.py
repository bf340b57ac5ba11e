"""The Jupyter server extension: puts our contents manager in the place of the one in use."""

from __future__ import annotations

import sqlite3
import sys
from functools import partial
from typing import Any

from jupyter_ext.channels import prompt
from jupyter_ext.contents import derived
from jupyter_ext.jupytext_format import register_jupytext_format

COMPONENTS_AS_HTML = "jupyter_ext.nbconvert_html.ComponentsAsHtml"


def _load_jupyter_server_extension(app: Any) -> None:
    """Too early for us: jupytext's extension, loaded after ours, derives a manager of its own."""


async def _start_jupyter_server_extension(app: Any) -> None:
    """All extensions are loaded, no request was answered yet: wrap the manager that is there."""
    prefer_components(app.config)
    send_at_once(app.web_app.settings)
    before = app.contents_manager
    wrapping = derived(before.__class__)
    if isinstance(before, wrapping):
        return
    manager: Any = wrapping(parent=app, log=app.log)
    manager._pre_save_hooks = before._pre_save_hooks
    manager._post_save_hooks = before._post_save_hooks
    if "jupytext" in sys.modules:  # its extension is enabled; else nobody here needs it
        register_jupytext_format()
    manager.has_kernel = partial(has_kernel, app)
    app.contents_manager_class = wrapping
    app.contents_manager = manager
    app.session_manager.contents_manager = manager
    app.web_app.settings["contents_manager"] = manager
    app.log.info("Moonlight serves .py.md files as notebooks (%s)", wrapping.__name__)


def has_kernel(app: Any, path: str) -> bool:
    """Whether a kernel runs for a document; True where the server does not tell."""
    try:
        found = app.session_manager.cursor.execute("SELECT kernel_id FROM session WHERE path = ?", (path,))
        return any(kernel in app.kernel_manager for (kernel,) in found.fetchall())
    except (AttributeError, TypeError, sqlite3.Error):
        return True


def send_at_once(settings: dict[str, Any]) -> None:
    """Let messages of kernels reach browsers without delay; a server of another kind stays as it is."""
    name = "kernel_websocket_connection_class"
    if hasattr(settings.get(name), "connect"):
        settings[name] = prompt(settings[name])


def prefer_components(config: Any) -> None:
    """Let the server's export to HTML show components that work; what the user has configured stays."""
    sections = ("HTMLExporter", "TemplateExporter", "Exporter")
    own: list[Any] = next((found for name in sections if (found := config[name].get("preprocessors"))), [])
    if COMPONENTS_AS_HTML not in own:
        config.HTMLExporter.preprocessors = [*own, COMPONENTS_AS_HTML]
