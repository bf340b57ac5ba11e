"""`tally:package`: the Python package, its command line, and the test of its help."""

from dataclasses import dataclass
from pathlib import Path

import moonleap.resource.props as P
from moonleap import Resource, StoreTemplateDirs, create, extend, kebab_to_snake
from moonleap.verbs import has


@dataclass
class Package(Resource):
    name: str


@create("package")
def create_package(term, block):
    package = Package(name=kebab_to_snake(term.data))
    package.add_template_dir(Path(__file__).parent / "templates")
    return package


@extend(Package)
class ExtendPackage(StoreTemplateDirs):
    commands = P.children(has, "command")
