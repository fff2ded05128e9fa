"""Decisions about charges by command: the difference first, then the same with --write."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from svet.cli.commands.accounts import PROVIDER, account_of
from svet.cli.commands.acts import meter_of
from svet.cli.commands.amounts import AMOUNT, kopecks_of
from svet.launcher.embedded import database, django_ready

if TYPE_CHECKING:
    from svet.kernel.actors import Actor

Command = Callable[..., None]
MONTH = "YYYY-MM"


def _written(command: Command) -> Command:
    """The options that every new decision has."""
    for option in (
        PROVIDER,
        click.option(
            "--write", "write", is_flag=True, help="write it down; without it only the difference is told"
        ),
        click.option("--reason", default="", help="what happened  [required with --write]"),
        click.option("--document", default="", help="by which it is decided  [required]"),
    ):
        command = option(command)
    return command


@click.group("decision")
def decision_command() -> None:
    """Decisions against the facts: void months, volumes, sums, holds, recomputations, and their undoing.

    What is beyond the supplier's limit waits for a signature at the desk «Расчёты».
    """


@decision_command.command("void")
@click.argument("account")
@click.option("--since", metavar=MONTH, required=True, help="the first month")
@click.option("--until", metavar=MONTH, default="", help="the last month  [default: the same]")
@_written
def void(account: str, since: str, until: str, **how: Any) -> None:
    """Charge ACCOUNT nothing for some months: what was charged for them is taken back."""
    _decide(account, "no_charge", since, until or since, how)


@decision_command.command("volume")
@click.argument("account")
@click.option("--since", metavar=MONTH, required=True, help="the first month")
@click.option("--until", metavar=MONTH, default="", help="the last month  [default: the same]")
@click.option("--kwh", required=True, type=AMOUNT, help="for each of the months")
@click.option("--zone", default="single", type=click.Choice(["single", "day", "night", "peak", "semipeak"]))
@click.option("--meter", default="", help="serial  [default: the whole account]")
@_written
def volume(account: str, since: str, until: str, kwh: Decimal, zone: str, meter: str, **how: Any) -> None:
    """Charge ACCOUNT so many kWh in place of readings, averages or norms."""
    _decide(account, "volume", since, until or since, how, kwh=kwh, zone=zone, meter=meter)


@decision_command.command("credit")
@click.argument("account")
@click.option("--month", metavar=MONTH, required=True)
@click.option("--roubles", required=True, type=AMOUNT, help="negative ones for the customer, like -500.00")
@_written
def credit(account: str, month: str, roubles: Decimal, **how: Any) -> None:
    """Put a sum without consumption on the bill of ACCOUNT."""
    _decide(account, "credit", month, month, how, kopecks=kopecks_of(roubles))


@decision_command.command("hold")
@click.argument("account")
@click.option("--since", metavar=MONTH, required=True, help="the first month")
@click.option("--until", metavar=MONTH, default="", help="the last month  [default: all later ones]")
@click.option(
    "--ends", metavar=MONTH, default="", help="over from the charge of this month on  [default: undo]"
)
@_written
def hold(account: str, since: str, until: str, ends: str, **how: Any) -> None:
    """Charge and correct nothing of ACCOUNT for some months until the hold is over."""
    _decide(account, "hold", since, until, how, ends=ends)


@decision_command.command("losses")
@click.argument("account")
@click.option("--since", metavar=MONTH, required=True, help="the first month")
@click.option("--until", metavar=MONTH, default="", help="the last month  [default: all later ones]")
@click.option("--percent", required=True, type=AMOUNT, help="of what the meter shows")
@_written
def losses(account: str, since: str, until: str, percent: Decimal, **how: Any) -> None:
    """Charge ACCOUNT what is lost between its meter and the border of the grid; two sign."""
    _decide(account, "losses", since, until, how, percent=percent)


@decision_command.command("recompute")
@click.argument("account")
@click.option("--since", metavar=MONTH, required=True, help="the first month")
@_written
def recompute(account: str, since: str, **how: Any) -> None:
    """Let the difference of ACCOUNT out that is larger, or older, than the supplier's limits allow."""
    _decide(account, "recompute", since, "", how)


@decision_command.command("preview")
@click.argument("account")
@PROVIDER
def preview(account: str, provider: str) -> None:
    """Tell what the next charge will post to ACCOUNT, month by month, and post nothing."""
    with database():
        django_ready()
        from svet.cli.billing.decisions import tell_next
        from svet.cli.refusal_text import in_words

        with in_words():
            tell_next(account_of(account, provider=provider), now=datetime.now(UTC), say=click.echo)


@decision_command.command("undo")
@click.argument("decision")
@click.option("--reason", required=True)
@click.option("--write", "write", is_flag=True, help="do it; without it only the difference is told")
def undo(decision: str, reason: str, write: bool) -> None:
    """Take DECISION (its id from the list) back: what stood without it stands again."""
    with database():
        django_ready()
        from svet.cli.billing.decisions import undo as undo_one
        from svet.cli.refusal_text import in_words

        with in_words():
            undo_one(decision, reason=reason, write=write, by=_by(), now=datetime.now(UTC), say=click.echo)


@decision_command.command("list")
@click.argument("account")
@PROVIDER
def list_decisions(account: str, provider: str) -> None:
    """Every decision about ACCOUNT, the latest first."""
    with database():
        django_ready()
        from svet.cli.billing.decisions import tell_decisions

        tell_decisions(account_of(account, provider=provider).account_id, say=click.echo)


def _decide(account: str, kind: str, since: str, until: str, how: dict[str, Any], **more: Any) -> None:
    with database():
        django_ready()
        from svet.cli.billing.decisions import Asked, decide
        from svet.cli.refusal_text import in_words

        found = account_of(account, provider=how["provider"])
        asked = Asked(
            account_public_id=found.public_id,
            kind=kind,
            since=since,
            until=until,
            meter_public_id=meter_of(found.account_id, more.pop("meter", "")),
            document=how["document"],
            **more,
        )
        with in_words():
            decide(
                asked,
                reason=how["reason"],
                write=how["write"],
                by=_by(),
                now=datetime.now(UTC),
                say=click.echo,
            )


def _by() -> Actor:
    from svet.kernel.actors import Actor

    return Actor.system(getpass.getuser()[:100])
