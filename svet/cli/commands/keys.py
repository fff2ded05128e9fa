"""``svet secret-key`` and ``svet push-key``: secrets an operator has to make."""

from __future__ import annotations

import secrets

import click

from svet.kernel.push_keys import make_private_key


@click.command("secret-key")
def secret_key_command() -> None:
    """Print a new SVET_SECRET_KEY. Another key signs everybody out and makes second factors unreadable."""
    click.echo(secrets.token_urlsafe(50))


@click.command("push-key")
def push_key_command() -> None:
    """Print a new SVET_PUSH_KEY. Whoever changes the key makes every browser subscribe anew."""
    click.echo(make_private_key())
