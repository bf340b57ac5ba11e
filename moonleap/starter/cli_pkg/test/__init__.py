"""Every command gets a test: a relation that no sentence states, so a rule does."""

from dataclasses import dataclass
from pathlib import Path

import moonleap.resource.props as P
from moonleap import (
    Resource,
    StoreTemplateDirs,
    create,
    create_forward,
    extend,
    kebab_to_pascal,
    kebab_to_snake,
    rule,
    term_of,
)
from moonleap.verbs import has

tests = ("tests", "test")


@dataclass
class CommandTest(Resource):
    name: str
    title: str


@create("test")
def create_test(term, block):
    test = CommandTest(name=kebab_to_snake(term.data), title=kebab_to_pascal(term.data))
    test.add_template_dir(Path(__file__).parent / "templates")
    return test


@rule("package", has, "command")
def package_has_command(package, command):
    return [create_forward(f"{term_of(command).data}:test", tests, command)]


@extend(CommandTest)
class ExtendCommandTest(StoreTemplateDirs):
    command = P.child(tests, "command", required=True)
