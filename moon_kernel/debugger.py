"""Lab's debugger on documents."""

from ipykernel.debugger import Debugger


class MoonDebugger(Debugger):
    """x"""
