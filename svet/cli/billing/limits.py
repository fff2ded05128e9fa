"""Limits of refunds, promises and instalments as the command line shows and sets them."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from svet.accounts.queries import provider_today
from svet.arrangements.operations.limits import MoneyLimitsOutcome, set_money_limits
from svet.arrangements.queries.limits import default_limits, limits_of
from svet.arrangements.rules.limits import limits_on
from svet.arrangements.texts.limits import limits_words
from svet.cli.billing import Say, name_one, providers
from svet.config.failures import Failure
from svet.kernel.actors import Actor
from svet.look.formats import day


def show_limits(*, code: str, now: datetime, say: Say) -> None:
    """What holds for a supplier or all, and every change of it. :raises Failure: no such provider"""
    for provider in providers(code, all_services=True):
        rows, today = limits_of(provider.provider_id), provider_today(provider, now)
        held = limits_on(rows, today, default=default_limits())
        say(f"{provider.code}  {provider.name}: {limits_words(held)}")
        for row in rows:
            say("  " + _("с {day}: {rules}").format(day=day(row.since), rules=limits_words(row.limits)))


def choose_limits(
    *, code: str, since: date | None, given: dict[str, int | None], now: datetime, say: Say
) -> None:
    """Let limits hold from a day, or from today.

    :raises Failure: no such provider, or several to choose from
    :raises MoneyLimitsRefused: the day is over, a number is impossible
    """
    chosen = providers(code, all_services=True)
    if len(chosen) > 1:
        raise Failure(name_one(chosen))
    outcome, first, limits = set_money_limits(
        provider_id=chosen[0].provider_id,
        since=since,
        given=given,
        by=Actor.system("svet policy limits"),
        now=now,
    )
    said = {
        MoneyLimitsOutcome.ADDED: _("записано"),
        MoneyLimitsOutcome.CHANGED: _("изменено"),
        MoneyLimitsOutcome.UNCHANGED: _("так и было"),
    }[outcome]
    since_day = _("с {day}").format(day=day(first))
    say(f"{chosen[0].code}  {since_day}, {said}: {limits_words(limits)}")
