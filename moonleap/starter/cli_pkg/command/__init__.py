"""`count:command`: a function that you fill in, and its test."""

from dataclasses import dataclass
from pathlib import Path

import moonleap.resource.props as P
from moonleap import Prop, Resource, StoreTemplateDirs, create, extend, kebab_to_snake
from moonleap.verbs import has

takes = ("takes", "take")


@dataclass
class Command(Resource):
    name: str


@create("command")
def create_command(term, block):
    command = Command(name=kebab_to_snake(term.data))
    command.add_template_dir(Path(__file__).parent / "templates")
    return command


@extend(Command)
class ExtendCommand(StoreTemplateDirs):
    package = P.parent(has, "package", required=True)
    arguments = P.children(takes, "argument")
    flags = P.children(takes, "flag")
    options = P.children(takes, "option")
    parameters = Prop(lambda self: [*self.arguments, *self.flags, *self.options])
