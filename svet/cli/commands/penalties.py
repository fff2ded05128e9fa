"""``svet penalties NUMBER``: what late payment of an account has cost so far, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from svet.cli.commands.accounts import PROVIDER, account_of
from svet.cli.commands.tariffs import DAY
from svet.config.failures import Failure


@click.command("penalties")
@click.argument("number")
@click.option("--until", type=DAY, help="the last day that counts  [default: today]")
@PROVIDER
def penalties_command(number: str, until: date | None, provider: str) -> None:
    """Count what late payment of account NUMBER has cost; nothing is posted and nobody is told."""
    from svet.launcher.embedded import database, django_ready

    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.accounts.queries.suppliers import provider_today
        from svet.bills.queries.dues import accrual
        from svet.look.formats import day, roubles
        from svet.penalties.texts import rows
        from svet.tariffs.rules.law import LawMissing
        from svet.tariffs.texts import explain

        account = account_of(number, provider=provider)
        last = until or provider_today(account.provider, datetime.now(UTC))
        try:
            found = accrual(account_id=account.account_id, provider=account.provider, until=last)
        except LawMissing as missing:
            raise Failure(explain(missing)) from missing
        for row in rows(found):
            click.echo(f"{row.bill}  {row.days}  {row.formula} = {roubles(row.money)}  {row.ended}".rstrip())
        click.echo(
            _("Пени на {until}: {money}, просрочено {overdue}").format(
                until=day(last), money=roubles(found.money), overdue=roubles(found.overdue)
            )
        )
