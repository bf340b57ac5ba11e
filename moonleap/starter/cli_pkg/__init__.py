"""Rules that turn a spec into a Python package with a command line and tests."""

from . import command, package, parameter, test

modules = [package, command, parameter, test]
