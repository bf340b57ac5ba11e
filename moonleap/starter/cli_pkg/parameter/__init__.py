"""`path:argument`, `words:flag`, `greeting:option`: what a command takes."""

from dataclasses import dataclass

from moonleap import Resource, create, kebab_to_snake


@dataclass
class Parameter(Resource):
    name: str
    type: str
    declared: str  # the arguments of add_argument


@create("argument")
def create_argument(term, block):
    name = kebab_to_snake(term.data)
    return Parameter(name, "str", f'"{name}"')


@create("flag")
def create_flag(term, block):
    return Parameter(kebab_to_snake(term.data), "bool", f'"--{term.data}", action="store_true"')


@create("option")
def create_option(term, block):
    return Parameter(kebab_to_snake(term.data), "str", f'"--{term.data}", default=""')
