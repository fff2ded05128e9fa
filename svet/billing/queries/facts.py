"""The facts of accounts as they stand in today's tables: a whole batch in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from svet.accounts.queries import ProviderView
from svet.accounts.queries.contracts import Contract
from svet.billing.models import BillingRun, Policy
from svet.billing.queries.acts import act_facts, acts_of, away_facts, multipliers
from svet.billing.queries.norms import region_norms
from svet.billing.queries.policies import rules_of
from svet.billing.queries.tariffs import region_tariffs
from svet.billing.queries.terms import account_terms
from svet.billing.rules import GroupTariffs, Tariff
from svet.billing.rules.facts import (
    AccountFacts,
    Authority,
    MonthPolicy,
    Multiplier,
    Placement,
    Point,
    PriceTable,
    RangeLimit,
    RangePrice,
    ReadingFact,
    ScaleValue,
    ZonePrices,
)
from svet.billing.rules.kinds import Rules
from svet.billing.rules.norm_tables import NormTable
from svet.billing.rules.timeline import calendar_of
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.rules import ReadingKind

_AUTHORITY = {
    ReadingKind.CUSTOMER: Authority.CUSTOMER,
    ReadingKind.CONTROL: Authority.OFFICE,
    ReadingKind.FINAL: Authority.OFFICE,
    ReadingKind.INITIAL: Authority.INITIAL,
}


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What all accounts of a provider share: its choices by months, its prices by group."""

    policies: tuple[MonthPolicy, ...]
    tables: Mapping[str, tuple[PriceTable, ...]]
    norms: tuple[NormTable, ...] = ()
    multipliers: tuple[Multiplier, ...] = ()

    def cut(self, month: Month) -> date:
        """The last day whose readings belong to a month."""
        return calendar_of(self.policies).cut(month)


def provider_facts(supplier: ProviderView) -> ProviderFacts:
    """The choices and prices of a provider: one query for each kind."""
    return ProviderFacts(
        _policies(supplier),
        {group: price_tables(found) for group, found in region_tariffs(supplier.region).items()},
        norms=region_norms(supplier.region),
        multipliers=multipliers(),
    )


def _policies(supplier: ProviderView) -> tuple[MonthPolicy, ...]:
    """Choices are dated; a month that was run keeps the cut-off day it had, later ones have today's."""
    rows = Policy.objects.filter(provider_id=supplier.provider_id).order_by("since")
    rules = [(Month.of(row.since), rules_of(row)) for row in rows]
    runs = BillingRun.objects.filter(provider_id=supplier.provider_id).order_by("period")
    days = [(Month.of(period), day) for period, day in runs.values_list("period", "cut_off_day")]
    if days:
        days.append((days[-1][0].plus(1), supplier.window_to_day))
    else:
        days = [(Month(2000, 1), supplier.window_to_day)]
    found: list[MonthPolicy] = []
    for month in sorted({days[0][0], *(month for month, _ in rules), *(month for month, _ in days)}):
        day = next((day for since, day in reversed(days) if since <= month), days[0][1])
        chosen = next((row for since, row in reversed(rules) if since <= month), Rules())
        if not found or (found[-1].cut_off_day, found[-1].rules) != (day, chosen):
            found.append(MonthPolicy(month, day, chosen))
    return tuple(found)


def price_tables(group: GroupTariffs) -> tuple[PriceTable, ...]:
    """A group's prices as facts; neighbours that say the same are left for the rules to join."""
    return tuple(_price_table(group.group, tariff) for tariff in group.tariffs)


def _price_table(group: str, tariff: Tariff) -> PriceTable:
    return PriceTable(
        group=group,
        since=tariff.start,
        until=tariff.end,
        limits=tuple(RangeLimit(*bound) for bound in tariff.bounds),
        zones=tuple(
            ZonePrices(
                scheme,
                zone,
                tuple(RangePrice(row.price, row.row_id, row.range_no, row.demonstration) for row in rows),
            )
            for (scheme, zone), rows in tariff.prices.items()
        ),
    )


def account_facts(
    contracts: Sequence[Contract],
    *,
    provider: ProviderFacts,
    horizon: Month,
    floors: Mapping[int, Month],
) -> dict[int, AccountFacts]:
    """What is known of each account until the horizon's cut-off; ``floors``: the first months to charge."""
    ids = [contract.account_id for contract in contracts]
    meters = metering.histories(account_ids=ids, until=provider.cut(horizon))
    terms = account_terms(ids)
    acts = acts_of(ids, until=provider.cut(horizon))
    points = {account_id: points_of(of_account) for account_id, of_account in meters.items()}
    return {
        contract.account_id: AccountFacts(
            floor=floors[contract.account_id],
            opened_on=contract.opened_on,
            closed_on=contract.closed_on,
            terms=terms[contract.account_id],
            policies=provider.policies,
            tables=_tables({each.group for each in terms[contract.account_id]}, provider),
            points=points[contract.account_id],
            acts=act_facts(acts[contract.account_id], points[contract.account_id]),
            away=away_facts(acts[contract.account_id]),
            norms=provider.norms,
            multipliers=provider.multipliers,
        )
        for contract in contracts
    }


def _tables(groups: set[str], provider: ProviderFacts) -> tuple[PriceTable, ...]:
    return tuple(table for group in sorted(groups) for table in provider.tables.get(group, ()))


def points_of(meters: Sequence[metering.MeterHistory]) -> tuple[Point, ...]:
    """Meters that followed one another within a day stand on one point, named by the first of them.

    Of several that went on the day another came it follows one of its own scheme, else the first.
    """
    chains: list[list[Placement]] = []
    for meter in meters:
        placement = _placement(meter)
        ended = [chain for chain in chains if chain[-1].until == placement.since]
        own = [chain for chain in ended if chain[-1].scheme == placement.scheme]
        for chain in [*own, *ended][:1]:
            chain.append(placement)
            break
        else:
            chains.append([placement])
    return tuple(Point(chain[0].meter_id, tuple(chain)) for chain in chains)


def _placement(meter: metering.MeterHistory) -> Placement:
    return Placement(
        meter_id=meter.meter_id,
        since=meter.installed_on,
        until=meter.removed_on,
        readings=tuple(
            ReadingFact(
                each.on,
                tuple(ScaleValue(*value) for value in each.values),
                _AUTHORITY[each.kind],
                each.channel,
                each.set_id,
            )
            for each in meter.sets
        ),
        scheme=meter.scheme,
        digits=meter.digits,
        ratio=meter.ratio,
        serial=meter.serial,
    )
