"""Jupyter: contents manager, Jupytext format and the JupyterLab extension of Moonlight."""

from jupyter_ext.format import reads, writes

__all__ = ["reads", "writes"]
