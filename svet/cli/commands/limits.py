"""``svet policy limits``: what is decided by rule about overpayments and debts, by day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import click

from svet.cli.commands.amounts import AMOUNT, kopecks_of
from svet.cli.commands.tariffs import DAY
from svet.launcher.embedded import database, django_ready


@click.command("limits")
@click.option(
    "--provider", "code", default="", help="the provider's code; to set, not needed if there is one"
)
@click.option("--from", "since", type=DAY, help="the first day they hold for  [default: today]")
@click.option("--refund-alone", type=AMOUNT, help="roubles of overpayments a payer gets in 30 days unsigned")
@click.option("--refund-times", type=int, help="how often a day a payer may ask for an overpayment")
@click.option("--refund-days", type=int, help="days: an older payment is not given back without the staff")
@click.option("--promise-days", type=int, help="how many days ahead a payment may be promised; 0: none")
@click.option("--promise-pause", type=int, help="days without a new promise after a broken one")
@click.option("--instalment-months", type=int, help="the most monthly parts of a debt; 0: no instalments")
@click.option("--instalment-least", type=AMOUNT, help="roubles: a smaller debt is not paid in instalments")
@click.option("--instalment-alone", type=AMOUNT, help="roubles: a greater debt needs two signatures")
@click.option("--instalment-most", type=AMOUNT, help="roubles: above it there are no instalments")
@click.option("--instalment-pause", type=int, help="months without instalments after broken ones")
def limits_command(code: str, since: date | None, **given: Decimal | int | None) -> None:
    """Show what is decided by rule about refunds, promises and instalments; with a limit, set it from a day.

    What is not named stays as it was. What was agreed on before stays as agreed.
    """
    with database():
        django_ready()
        from svet.arrangements.rules.limits import SUMS
        from svet.cli.billing.limits import choose_limits, show_limits
        from svet.cli.refusal_text import in_words

        now = datetime.now(UTC)
        with in_words():
            if since is None and all(value is None for value in given.values()):
                show_limits(code=code, now=now, say=click.echo)
                return
            chosen = {
                name: kopecks_of(value) if name in SUMS else value  # type: ignore[arg-type]
                for name, value in given.items()
            }
            choose_limits(code=code, since=since, given=chosen, now=now, say=click.echo)  # type: ignore[arg-type]
