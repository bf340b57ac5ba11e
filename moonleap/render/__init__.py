"""Rendering: resources become files in memory, by their own render functions or by jinja2 templates."""
