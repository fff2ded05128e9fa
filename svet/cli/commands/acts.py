"""Acts about meters and accounts by command: what the desk does, but for second signatures."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from svet.cli.commands.accounts import PROVIDER, account_of
from svet.cli.commands.tariffs import DAY
from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready

if TYPE_CHECKING:
    from svet.billing.operations.drafts import Entered
    from svet.billing.operations.drafts.facts import NewFact
    from svet.kernel.actors import Actor

KIND = click.Choice(["broken", "lost", "refused", "tampered", "unmetered", "silent", "away"])


@click.group("act")
def act_command() -> None:
    """Acts of the office: broken and lost meters, refused access, interference, absences.

    What gives back more than one hand may waits for a signature at the desk «Вторая подпись».
    """


@act_command.command("write")
@click.argument("account")
@click.argument("kind", type=KIND)
@click.option("--number", required=True, help="of the document")
@click.option("--drawn", type=DAY, help="the day of the document  [default: today]")
@click.option("--since", type=DAY, required=True, help="the first day it is about")
@click.option("--until", type=DAY, help="the first day that is usual again  [default: it is not over]")
@click.option("--meter", default="", help="serial, for broken, lost and silent")
@click.option("--persons", type=click.IntRange(1, 99), help="how many were away, for away")
@click.option("--reason", required=True, help="what happened")
@PROVIDER
def write(
    account: str, kind: str, number: str, drawn: date | None, since: date, until: date | None, meter: str,
    persons: int | None, reason: str, provider: str,
) -> None:  # fmt: skip
    """Write an act about ACCOUNT down. One of tampering waits for a signature at the desk."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.accounts.queries import provider_today
        from svet.billing.operations.drafts.facts import office_act
        from svet.cli.billing.facts import enter
        from svet.cli.refusal_text import in_words
        from svet.metering.rules.acts import SIGNED_TWICE, ActOf, NewAct

        now, found = datetime.now(UTC), account_of(account, provider=provider)
        act = NewAct(
            kind=ActOf(kind),
            number=number,
            drawn_on=drawn or provider_today(found.provider, now),
            since=since,
            until=until,
            persons=persons,
        )
        with in_words():
            entered = enter(
                office_act(act, meter_public_id=meter_of(found.account_id, meter)),
                account_public_id=found.public_id,
                reason=reason,
                by=_by(),
                now=now,
                say=click.echo,
            )
        if entered.draft:
            return
        click.echo(_("Акт записан: {id}").format(id=entered.outcome))
        if act.kind in SIGNED_TWICE:
            click.echo(_("Он начнёт действовать, когда его подпишет сотрудник на странице «Акты»."))


@act_command.command("end")
@click.argument("act")
@click.option("--on", "day", type=DAY, required=True, help="the first day that is usual again")
@click.option("--number", required=True, help="of the second document")
def end(act: str, day: date, number: str) -> None:
    """Give ACT (its id from the list) its end by a second document."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.billing.operations.drafts.facts import act_end

        entered = _enter(act, act_end(act, on=day, number=number))
        if not entered.draft:
            click.echo(_("Акт закончен: {id}").format(id=entered.outcome))


@act_command.command("withdraw")
@click.argument("act")
@click.option("--reason", required=True)
def withdraw(act: str, reason: str) -> None:
    """Take ACT (its id from the list) back: it counts for no day, and stays to be read."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.billing.operations.drafts.facts import act_gone

        if not _enter(act, act_gone(act), reason=reason).draft:
            click.echo(_("Акт отозван."))


@act_command.command("list")
@click.argument("account")
@PROVIDER
def list_acts(account: str, provider: str) -> None:
    """Every act about ACCOUNT, the latest first."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.look.formats import day
        from svet.metering.events.acts import ACT_NAMES
        from svet.metering.queries.acts import acts_of

        found = acts_of(account_id=account_of(account, provider=provider).account_id)
        for act in found:
            until = day(act.until) if act.until else "…"
            serial = f", № {act.meter_serial}" if act.meter_serial else ""
            state = ""
            if act.gone_at:
                state = _(", отозван") if act.gone_reason else _(", дополнен другим")
            elif act.signed_at is None:
                state = _(", ждёт второй подписи")
            name = f"{ACT_NAMES[act.kind]}{serial}"
            click.echo(f"{act.public_id}  {day(act.since)} — {until}  {name}, № {act.number}{state}")
        if not found:
            click.echo(_("Актов нет."))


def _enter(act_public_id: str, fact: NewFact, *, reason: str = "") -> Entered:
    from svet.cli.billing.facts import enter
    from svet.cli.refusal_text import in_words
    from svet.metering.operations.acts import ActNotFound
    from svet.metering.queries.acts import act_by_id
    from svet.metering.rules.acts import ActReason

    with in_words():
        known = act_by_id(act_public_id)
        if known is None:
            raise ActNotFound(ActReason.NOT_FOUND)
        return enter(
            fact,
            account_public_id=known.account_public_id,
            reason=reason,
            by=_by(),
            now=datetime.now(UTC),
            say=click.echo,
        )


def _by() -> Actor:
    from svet.kernel.actors import Actor

    return Actor.system(getpass.getuser()[:100])


def meter_of(account_id: int, serial: str) -> str:
    """The outer id of a meter of the account. :raises Failure: no such meter"""
    from django.utils.translation import gettext as _

    from svet.accounts.rules import bare_number
    from svet.metering.queries import meters_of

    if not serial:
        return ""
    for meter in meters_of(account_ids=[account_id], standing_only=False):
        if meter.serial == bare_number(serial):
            return meter.public_id
    raise Failure(_("Прибора {serial} на этом счёте нет.").format(serial=serial))
