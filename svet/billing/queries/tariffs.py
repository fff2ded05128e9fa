"""What a volume would cost at the prices of a day, by the very rules of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from svet.accounts.queries import AccountView
from svet.accounts.queries.terms import terms_of
from svet.billing.rules import Basis, BillingReason, BillingRefused, Proration
from svet.billing.rules.facts import AccountFacts, AccountTerms
from svet.billing.rules.lines import MonthVolume
from svet.billing.rules.pot import price_pot
from svet.billing.rules.price_tables import price_tables
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone, zones_of
from svet.tariffs.queries import group_tariffs
from svet.tariffs.rules.tariffs import PriceMissing


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What part of a volume falls into one range of one zone, and what it costs."""

    zone: Zone
    range_no: int
    kwh: Decimal
    price: Decimal
    money: Money
    tariff_row_id: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a volume would cost at the prices of a day; ``demonstration`` when a price is a made-up one.

    ``bill``: what the next bill charges in all, other meters and corrections with it, where that can be told.
    """

    total: Money
    kwh: Decimal
    lines: list[PreviewLine]
    demonstration: bool
    bill: Money | None = None


def scheme_of(zones: Mapping[Zone, Decimal]) -> int:
    """Which scheme has just these zones. :raises BillingRefused: none has"""
    for scheme in Scheme:
        if set(zones) == set(zones_of(scheme)):
            return int(scheme)
    raise BillingRefused(BillingReason.NO_TARIFF, details={"zones": ", ".join(sorted(zones))})


def preview(*, account: AccountView, usage: Mapping[Zone, Decimal], on: date) -> Preview:
    """What so many kWh by zone would cost the account at the prices of a day, by the very rules of the run.

    :raises BillingRefused: the account's group has no prices on that day
    """
    terms = terms_of([account.account_id], on=on)[account.account_id]
    return calculate(
        region=account.provider.region,
        group=terms.tariff_group,
        usage=usage,
        on=on,
        residents=terms.residents or 0,
    )


def calculate(
    *, region: str, group: str, usage: Mapping[Zone, Decimal], on: date, residents: int | None = None
) -> Preview:
    """What so many kWh by zone cost in a group of a region at the prices of a day, one month's limits.

    Limits by persons need ``residents``.
    :raises BillingRefused: no prices, a zone is missing, a volume is negative, or nobody told the persons
    """
    scheme = scheme_of(usage)
    if any(kwh < 0 for kwh in usage.values()):
        raise BillingRefused(BillingReason.NEGATIVE_VOLUME)
    tariffs = group_tariffs(region, group, on=on)
    if residents is None:
        try:
            _ = tariffs.on(on).limits
        except PriceMissing as missing:
            raise BillingRefused(BillingReason.NO_TARIFF, details=missing.details) from missing
    month, after = Month.of(on), on + timedelta(days=1)
    facts = AccountFacts(
        floor=month,
        opened_on=on,
        terms=(AccountTerms(group, residents),),
        policies=(),
        tables=price_tables(tariffs),
    )
    volumes = [
        MonthVolume(0, scheme, zone, usage[zone], Basis.READING, on, after) for zone in zones_of(scheme)
    ]
    lines = price_pot(month, volumes, facts=facts, proration=Proration.BY_DAY)
    return Preview(
        total=Money(sum(line.kopecks for line in lines)),
        kwh=sum((line.kwh for line in lines), Decimal(0)),
        lines=[
            PreviewLine(
                Zone(line.zone),
                line.range_no,
                line.kwh,
                line.price,
                Money(line.kopecks),
                line.evidence.row_id,
            )
            for line in lines
        ],
        demonstration=any(line.evidence.demonstration for line in lines),
    )
