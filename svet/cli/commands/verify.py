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
@click.option(
    "--again",
    type=click.IntRange(1),
    default=50_000,
    show_default=True,
    metavar="N",
    help="with --since: the rows of so many proved accounts and bills are compared, those of longest ago",
)
@click.option(
    "--journal-head",
    "noted",
    default="",
    metavar="SEAL:DIGEST",
    help="where the journal once ended, as told by it",
)
def verify_command(since: bool, jobs: int, again: int, noted: str) -> None:
    """Check the invariants of money, readings and bills; exits 1 if any is broken."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.verification.promises import has_noted_head, head_line, verdict_line, verify
        from svet.site.operations import note_care
        from svet.site.rules import Care

        lost = bool(noted) and not has_noted_head(noted)
        broken, numbers = int(lost), ["--journal-head"] * lost
        for verdict in verify(now=datetime.now(UTC), since=since, jobs=jobs, again=again):
            broken += bool(verdict.breaches)
            numbers += [verdict.promise.number] * bool(verdict.breaches)
            click.echo(verdict_line(verdict))
            for breach in verdict.breaches[:SHOWN]:
                click.echo(f"      {breach}")
        click.echo(head_line())
        if lost:
            click.echo(_("Печати {noted} в журнале больше нет: он изменён").format(noted=noted))
        # What the page of the installation's state and the alerts of the monitoring are told by.
        note_care(care=Care.VERIFY, well=not broken, words=", ".join(numbers), now=datetime.now(UTC))
    if broken:
        sys.exit(1)
