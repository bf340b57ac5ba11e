"""`moonleap new`: a folder to start from."""

from __future__ import annotations

import click

from moonleap.starting import start


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Make a folder NAME with a spec of three sentences, and rules that make a Python package of it.

    The package has a command line and tests. Edit the spec, the rules and the package itself: what you edit
    in generated files is kept when you generate again.
    """
    files = start(name)
    click.echo(f"{name}: {len(files)} files. To go on:")
    click.echo(f"  moonleap graph {name}")
    click.echo(f"  moonleap gen {name} -o {name}/out")
    click.echo(f"  cd {name}/out && python -m unittest")
