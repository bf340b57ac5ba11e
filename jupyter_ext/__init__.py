"""Jupyter: contents manager, Jupytext format and the JupyterLab extension of Moonlight."""

from jupyter_ext.format import reads, writes
from jupyter_ext.jupytext_format import register_jupytext_format

__all__ = ["reads", "register_jupytext_format", "writes"]
