"""``svet verify``: a table of promises, and exit code 1 when one is broken."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from svet.launcher.embedded import database, django_ready

SHOWN = 10


@click.command("verify")
@click.option(
    "--since/--full",
    default=False,
    help="compute again only the accounts that are not proved yet or have moved since they were, or every"
    " account  [default: --full]",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="processes that compute accounts"
)
def verify_command(since: bool, jobs: int) -> None:
    """Check the invariants of money, readings and bills; exits 1 if any is broken."""
    with database():
        django_ready()
        from svet.cli.verification import verify

        broken = 0
        for verdict in verify(now=datetime.now(UTC), since=since, jobs=jobs):
            broken += bool(verdict.breaches)
            outcome = f"broken ({len(verdict.breaches)})" if verdict.breaches else "ok"
            if verdict.unmoved:
                outcome += f", {verdict.unmoved} of {verdict.looked} accounts unmoved since they were proved"
            click.echo(f"{verdict.promise.number:<5} {verdict.promise.says:<50} {outcome}")
            for breach in verdict.breaches[:SHOWN]:
                click.echo(f"      {breach}")
    if broken:
        sys.exit(1)
