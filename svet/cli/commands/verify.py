"""``svet verify``: a table of promises, and exit code 1 when one is broken."""

from __future__ import annotations

import sys

import click

from svet.launcher.embedded import database, django_ready

SHOWN = 10


@click.command("verify")
def verify_command() -> None:
    """Check the invariants of money, readings and bills; exits 1 if any is broken."""
    with database():
        django_ready()
        from svet.cli.verification import verify

        broken = 0
        for verdict in verify():
            broken += bool(verdict.breaches)
            outcome = f"broken ({len(verdict.breaches)})" if verdict.breaches else "ok"
            click.echo(f"{verdict.promise.number:<5} {verdict.promise.says:<48} {outcome}")
            for breach in verdict.breaches[:SHOWN]:
                click.echo(f"      {breach}")
    if broken:
        sys.exit(1)
