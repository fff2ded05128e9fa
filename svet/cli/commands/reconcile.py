"""``svet reconcile``: a day of the bank against a day of ours, and exit code 1 when they differ."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

import click

from svet.launcher.embedded import database, django_ready


@click.command("reconcile")
@click.option(
    "--day",
    "named",
    type=click.DateTime(["%Y-%m-%d"]),
    help="which day  [default: the last one that is over at every payee]",
)
def reconcile_command(named: datetime | None) -> None:
    """Compare a day with the bank's own list of payments and refunds; exits 1 when something differs.

    It is what the worker does every night; again is no harm.
    """
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.commands.differences import tell
        from svet.cli.refusal_text import in_words
        from svet.config.failures import Failure
        from svet.look.formats import day as shown_day
        from svet.payments import operations
        from svet.payments.operations.reconciling import days_to_reconcile
        from svet.payments.queries import reconciliation

        now = datetime.now(UTC)
        days = days_to_reconcile(now=now)
        if not days:
            raise Failure(_("Поставщиков пока нет: svet setup"))
        chosen: date = named.date() if named is not None else days[0]
        if chosen > days[0]:
            raise Failure(_("День %(day)s ещё не кончился.") % {"day": shown_day(chosen)})
        with in_words():
            operations.reconcile_day(day=chosen, now=now)
        differs = tell(
            reconciliation.days(since=chosen, until=chosen + timedelta(days=1)),
            reconciliation.differences(day=chosen),
            say=click.echo,
        )
    if differs:
        sys.exit(1)
