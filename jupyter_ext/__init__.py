"""Jupyter: contents manager, Jupytext format and the JupyterLab extension of Moonlight."""
