"""``svet push-key``: secrets an operator has to make."""

from __future__ import annotations

import click

from svet.kernel.push_keys import make_private_key


@click.command("push-key")
def push_key_command() -> None:
    """Print a new SVET_PUSH_KEY. Whoever changes the key makes every browser subscribe anew."""
    click.echo(make_private_key())
