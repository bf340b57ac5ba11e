"""Command `render`: what a component shows at first, as HTML."""

from __future__ import annotations

import sys

import click

from moon_spa.commands.output import FILE, NAME, compiled, data, or_exit, print_json
from moon_spa.page import page, piece
from moon_spa.wire import WireError, loads
from moonlight.commandline import FAILED, show_diagnostics


@click.command()
@FILE
@NAME
@click.option("--props", metavar="JSON", default="{}", help="The props, a JSON object.")
@click.option("--json", "as_json", is_flag=True, help="Print what the template sees, as one JSON document.")
@click.option("--page", "as_page", is_flag=True, help="Print a whole page that works from disk.")
def render(file: str, name: str | None, props: str, as_json: bool, as_page: bool) -> None:
    """Print the HTML of a component with these props; without a template what it would see."""
    try:
        given = loads(props)
    except WireError as error:
        raise click.BadParameter(str(error), param_hint="--props") from None
    if not isinstance(given, dict):
        raise click.BadParameter("write a JSON object", param_hint="--props")
    component = compiled(file, name)
    show_diagnostics(component.diagnostics)
    if as_json or component.template is None:
        print_json(data(or_exit(lambda: component.render_context(given))))
        return
    rendered = or_exit(lambda: component.render(given))
    click.echo(or_exit(lambda: page([piece(component, given)])) if as_page else rendered.html)
    if show_diagnostics(rendered.diagnostics):
        sys.exit(FAILED)
