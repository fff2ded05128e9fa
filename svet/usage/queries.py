"""The story of an account from its bills: two statements, whatever stands in them; what the month may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from svet.accounts.queries import is_confirmed, visible_ids
from svet.accounts.queries.registry import accounts_by_id
from svet.accounts.queries.terms import terms_of
from svet.billing.queries.alike import MOST_RESIDENTS as MOST_RESIDENTS
from svet.bills.queries import billed_months
from svet.kernel.actors import Actor
from svet.kernel.ids import AccountId
from svet.kernel.periods import Month
from svet.kernel.personal import MOST_ROWS
from svet.metering import queries as metering
from svet.metering.queries.absence import away_days
from svet.metering.rules import period_of
from svet.quotes.queries import ForecastRange, forecast_range
from svet.usage.models import AlikeHidden, AlikeMonth, BudgetTold, UsageBudget
from svet.usage.rules import (
    MONTHS,
    YEAR,
    Alike,
    AlikeGap,
    Budget,
    BudgetKind,
    BudgetView,
    PastForecast,
    UsageStory,
    YearStory,
    corrections_by_month,
    daily_range,
    promises,
    standing_of,
    usage_month,
    year_story,
)


class ForecastGap(StrEnum):
    """What is missing for a forecast."""

    #: Fewer than two months of the bills were read.
    BILLS = "bills"
    #: A meter has too few readings in a row, or the month has no prices.
    READINGS = "readings"


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """The open month as a range, or what is missing for it; and how the last such words came true."""

    month: Month
    told: ForecastRange | None
    gap: ForecastGap | None
    kept: tuple[PastForecast, ...]


def story_of(*, account_id: int) -> UsageStory:
    """The last 24 billed months of an account; the caller has asked the guard."""
    found = billed_months(account_id=account_id, months=MONTHS)
    away = away_days(account_id=account_id, since=found[-1].month.plus(-1).first) if found else []
    later = corrections_by_month(each.lines for each in found)
    return UsageStory(
        tuple(
            usage_month(
                month=each.month,
                bill_public_id=each.public_id,
                lines=each.lines,
                away=away,
                later=later.get(each.month, ()),
            )
            for each in found
        )
    )


def month_forecast(*, account_id: int, story: UsageStory, on: date) -> MonthForecast:
    """What the month that is open ``on`` is likely to use and to cost; the caller has asked the guard.

    By whole months of the present holder alone: how a former one lived is neither told nor foretold.
    """
    (account,) = accounts_by_id([account_id])
    since = account.held_since
    if since is not None:
        story = UsageStory(tuple(each for each in story.months if each.month.first >= since))
    month = period_of(on, window_to_day=account.provider.window_to_day)
    kept = tuple(promises(story.months))
    daily = daily_range(story.months, month)
    if daily is None:
        return MonthForecast(month, None, ForecastGap.BILLS, kept)
    meters = metering.meters_of(account_ids=[account_id])
    dials = list(metering.dials(meters=meters, read_on=on).values())
    told = forecast_range(account=account, dials=dials, on=on, daily=(daily.low, daily.high))
    return MonthForecast(month, told, ForecastGap.READINGS if told is None else None, kept)


def alike_of(*, actor: Actor, account_id: int, story: UsageStory) -> Alike | AlikeGap:
    """The account's last month beside dwellings of the same price group, residents and heating.

    Only who may see how many live there is told; the caller has asked the guard.
    """
    if AlikeHidden.objects.filter(person_id=actor.person_id or 0).exists():
        return AlikeGap.HIDDEN
    last = story.months[0] if story.months else None
    if last is None or not last.plain or last.days <= 0 or last.kwh <= 0:
        return AlikeGap.UNREAD
    (account,) = accounts_by_id([account_id])
    terms = terms_of([account_id], on=last.month.plus(1).first - timedelta(days=1))[account_id]
    if not terms.residents or not is_confirmed(actor, account_id=account_id):
        return AlikeGap.TERMS
    found = AlikeMonth.objects.filter(
        provider_id=account.provider.provider_id,
        month=last.month.first,
        tariff_group=terms.tariff_group,
        residents=min(terms.residents, MOST_RESIDENTS),
        electric_heating=bool(terms.electric_heating),
    ).first()
    if found is None:
        return AlikeGap.FEW
    median = found.daily_kwh * last.days
    return Alike(
        month=last.month,
        residents=found.residents,
        electric_heating=found.electric_heating,
        accounts=found.accounts,
        median=median,
        own=last.kwh,
        standing=standing_of(last.kwh, median),
    )


def budget_of(actor: Actor, *, account_id: int) -> Budget | None:
    """The actor's own limit for an account; others' are theirs."""
    row = UsageBudget.objects.filter(person_id=actor.person_id or 0, account_id=account_id).first()
    return None if row is None else Budget(BudgetKind(row.kind), row.limit)


def budgets_of(*, person_id: int) -> list[tuple[str, Budget]]:
    """The numbers of the accounts a person has set a limit for, each with it."""
    held = visible_ids(Actor.person(person_id))
    found = UsageBudget.objects.filter(person_id=person_id, account_id__in=held)
    rows = {row.account_id: row for row in found}
    return [
        (account.number, Budget(BudgetKind(rows[account.account_id].kind), rows[account.account_id].limit))
        for account in accounts_by_id(sorted(rows))
    ]


def budgets_told(*, person_id: int) -> list[tuple[str, Month, datetime]]:
    """Of which months a person was told that their limit will be passed: number, month, when; newest first.

    Of accounts they still see.
    """
    held = visible_ids(Actor.person(person_id))
    found = BudgetTold.objects.filter(person_id=person_id, account_id__in=held).order_by("-pk")
    rows = list(found[:MOST_ROWS])
    numbers = {one.account_id: one.number for one in accounts_by_id({row.account_id for row in rows})}
    return [(numbers[AccountId(row.account_id)], Month.of(row.month), row.told_at) for row in rows]


def budget_view(budget: Budget, *, forecast: MonthForecast) -> BudgetView:
    """A limit beside the forecast. Several months in one bill are no month: nothing is told of them."""
    told = forecast.told
    if told is None:
        return BudgetView(budget, forecast.month, None, None)
    if told.since < told.month.plus(-1):
        return BudgetView(budget, forecast.month, None, None, several=True)
    if budget.kind is BudgetKind.ENERGY:
        bounds: tuple[Decimal, Decimal] | None = (told.low.kwh, told.high.kwh)
    elif told.low.bill is None or told.high.bill is None:
        bounds = None
    else:
        bounds = (Decimal(told.low.bill.kopecks), Decimal(told.high.bill.kopecks))
    return BudgetView(budget, forecast.month, told.ends_on, bounds)


def year_of(*, account_id: int, year: int, on: date) -> YearStory | None:
    """The story of one calendar year, by the same bills as ``story_of``: a former holder's too (ADR 55).

    Each month is told after all corrections, whichever bill brought them: kWh and roubles of one month.
    Of the year that goes on it is what was billed so far. The caller has asked the guard.
    """
    if not 2000 <= year <= on.year:
        return None
    back = (on.year - year + 2) * YEAR
    found = billed_months(account_id=account_id, months=back)
    later = corrections_by_month(each.lines for each in found)
    months = [
        usage_month(
            month=each.month,
            bill_public_id=each.public_id,
            lines=each.lines,
            later=later.get(each.month, ()),
        ).as_it_stands
        for each in found
    ]
    return year_story(months, year=year)


def year_alike(*, actor: Actor, account_id: int, story: YearStory) -> tuple[int, int] | None:
    """In how many months of the year the account used less than dwellings alike, and of how many.

    None: the person does not want to be compared, may not be told, or no month can be.
    """
    told = [
        found
        for month in story.months
        if isinstance(
            found := alike_of(actor=actor, account_id=account_id, story=UsageStory((month,))), Alike
        )
    ]
    return (sum(each.own < each.median for each in told), len(told)) if told else None
