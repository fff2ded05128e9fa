"""The facts of accounts as they stand in today's tables: a whole batch in a constant number of queries."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from svet.accounts.queries import ProviderView
from svet.accounts.queries.contracts import Contract
from svet.billing.models import BillingRun, Policy
from svet.billing.queries.acts import act_facts, acts_of, away_facts, multipliers
from svet.billing.queries.house_books import AccountHouse, house_facts
from svet.billing.queries.overrides import loss_facts, override_facts, overrides_of
from svet.billing.queries.policies import rules_of
from svet.billing.queries.terms import account_terms
from svet.billing.rules.facts import (
    AccountFacts,
    AccountTerms,
    Authority,
    MonthPolicy,
    Multiplier,
    Placement,
    Point,
    PriceTable,
    ReadingFact,
    ScaleValue,
    canonical,
)
from svet.billing.rules.kinds import Rules
from svet.billing.rules.price_tables import price_tables
from svet.billing.rules.timeline import calendar_of
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.rules import ReadingKind
from svet.tariffs.queries import groups_of_rows, region_tariffs
from svet.tariffs.queries.norms import region_norms
from svet.tariffs.rules.norm_tables import NormTable

_AUTHORITY = {
    ReadingKind.CUSTOMER: Authority.CUSTOMER,
    ReadingKind.CONTROL: Authority.OFFICE,
    ReadingKind.FINAL: Authority.OFFICE,
    ReadingKind.INITIAL: Authority.INITIAL,
}

_NO_HOUSE: AccountHouse = ((), ())


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What all accounts of a provider share: its choices by months, its prices by group.

    ``groups``: the price group of every row there is or was.
    """

    policies: tuple[MonthPolicy, ...]
    tables: Mapping[str, tuple[PriceTable, ...]]
    groups: Mapping[int, str]
    norms: tuple[NormTable, ...] = ()
    multipliers: tuple[Multiplier, ...] = ()
    _shared: dict[tuple[frozenset[str], Month], str] = field(default_factory=dict, compare=False)

    def group_of(self, row_id: int) -> str | None:
        """The price group of a tariff row."""
        return self.groups.get(row_id)

    def cut(self, month: Month) -> date:
        """The last day whose readings belong to a month."""
        return calendar_of(self.policies).cut(month)

    def shared(self, groups: frozenset[str], *, until: Month) -> str:
        """Prices, norms and choices as far as they decide months of these groups until ``until``, hashed."""
        found = self._shared.get((groups, until))
        if found is None:
            after = self.cut(until) + timedelta(days=1)
            facts = AccountFacts(
                floor=until,
                opened_on=date.min,
                terms=(),
                policies=tuple(each for each in self.policies if each.since <= until),
                tables=tuple(_until(each, after) for each in _tables(groups, self) if each.since < after),
                norms=tuple(_until(each, after) for each in self.norms if each.since < after),
                multipliers=tuple(_until(each, after) for each in self.multipliers if each.since < after),
            )
            found = self._shared[groups, until] = hashed(canonical(facts))
        return found


_Dated = TypeVar("_Dated", PriceTable, NormTable, Multiplier)


def _until(table: _Dated, day: date) -> _Dated:
    """What a table says before a day: when it ends behind it decides nothing of what was before."""
    return replace(table, until=day if table.until is None else min(table.until, day))


def provider_facts(supplier: ProviderView, *, known_at: datetime | None = None) -> ProviderFacts:
    """The choices, prices and norms of a provider, as both were known at a moment or as now."""
    tariffs = region_tariffs(supplier.region, known_at=known_at)
    return ProviderFacts(
        _policies(supplier),
        {group: price_tables(found) for group, found in tariffs.items()},
        groups_of_rows(supplier.region),
        norms=region_norms(supplier.region, known_at=known_at),
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


def account_facts(
    contracts: Sequence[Contract],
    *,
    provider: ProviderFacts,
    horizon: Month,
    floors: Mapping[int, Month],
    after: Mapping[int, date] | None = None,
    known_at: datetime | None = None,
) -> dict[int, AccountFacts]:
    """What is known of each account until the horizon's cut-off; ``floors``: the first months to charge.

    ``after``: by account the day behind which its readings are wanted; without it all of them.
    ``known_at``: as it was known at that moment, else as now.
    """
    ids = [contract.account_id for contract in contracts]
    meters = metering.histories(account_ids=ids, until=provider.cut(horizon), after=after, known_at=known_at)
    terms = account_terms(ids, known_at=known_at)
    acts = acts_of(ids, until=provider.cut(horizon), known_at=known_at)
    decided = overrides_of(ids, known_at=known_at)
    houses = house_facts(ids, known_at=known_at)
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
            losses=loss_facts(decided.get(contract.account_id, ()), provider.cut),
            overrides=override_facts(decided.get(contract.account_id, ()), points[contract.account_id]),
            house=houses.get(contract.account_id, _NO_HOUSE)[0],
            stays=houses.get(contract.account_id, _NO_HOUSE)[1],
            norms=provider.norms,
            multipliers=provider.multipliers,
        )
        for contract in contracts
    }


def digest(facts: AccountFacts, *, provider: ProviderFacts, until: Month) -> str:
    """What is known of an account beside its readings, as far as it decides months until ``until``.

    SQL makes the same of most accounts (``operations.sets``).
    """
    groups = frozenset(each.group for each in facts.terms)
    if facts.house:
        facts = replace(facts, house=tuple(each for each in facts.house if each.month <= until))
    return hashed(personal(facts, until=provider.cut(until)) + provider.shared(groups, until=until))


def hashed(text: str) -> str:
    """What a text is compared by where it is not kept itself."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def personal(facts: AccountFacts, *, until: date) -> str:
    """An account's own facts beside its readings as one text: contract, terms, meters that came until a day.

    Whatever else there is of it follows as it is.
    """
    meters = sorted(
        (each for point in facts.points for each in point.placements if each.since <= until),
        key=lambda each: (each.since, each.meter_id),
    )
    rest = [
        f"{each.name}={getattr(facts, each.name)!r}"
        for each in fields(AccountFacts)
        if each.name not in _TOLD and getattr(facts, each.name) != each.default
    ]
    return "/".join(
        (
            f"{_day(facts.floor.first)}|{_day(facts.opened_on)}|{_day(facts.closed_on)}",
            ";".join(map(_terms_text, facts.terms)),
            ";".join(map(_meter_text, meters)),
            ";".join(rest),
        )
    )


_TOLD = frozenset(
    ("floor", "opened_on", "closed_on", "terms", "points", "policies", "tables", "norms", "multipliers")
)


def _terms_text(terms: AccountTerms) -> str:
    heating = "" if terms.electric_heating is None else int(terms.electric_heating)
    return (
        f"{_day(terms.since)}|{terms.group}|{_plain(terms.residents)}|{_plain(terms.rooms)}"
        f"|{_plain(terms.area)}|{terms.stove or ''}|{heating}"
    )


def _meter_text(meter: Placement) -> str:
    return (
        f"{meter.meter_id}|{_day(meter.since)}|{_day(meter.until)}|{meter.scheme}|{meter.digits}"
        f"|{meter.ratio}|{meter.serial}"
    )


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _day(day: date | None) -> str:
    """Days since the year 2000: the same text whatever a server's way of writing dates."""
    return "" if day is None else str(day.toordinal() - _FIRST_DAY)


_FIRST_DAY = date(2000, 1, 1).toordinal()


def _tables(groups: Collection[str], provider: ProviderFacts) -> tuple[PriceTable, ...]:
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
