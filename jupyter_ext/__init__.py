"""Jupyter: contents manager, Jupytext format and the JupyterLab extension of Moonlight."""

from jupyter_ext.format import reads, writes
from jupyter_ext.jupytext_format import register_jupytext_format

__all__ = ["reads", "register_jupytext_format", "writes"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where the server finds our extension; that module is imported by the server only."""
    return [{"module": "jupyter_ext.server_extension"}]
