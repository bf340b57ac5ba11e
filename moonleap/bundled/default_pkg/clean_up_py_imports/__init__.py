"""Imports of generated Python, cleaned up: see `transform`, whose two functions other packages name."""

from .transform import post_process_clean_up_py_imports, process_clean_up_py_imports

__all__ = ["post_process_clean_up_py_imports", "process_clean_up_py_imports"]
