"""What a reading does to an account: by the rules of the run, with it minus without it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from svet.accounts.queries import AccountView
from svet.accounts.queries.contracts import contracts
from svet.billing.queries.facts import account_facts, provider_facts
from svet.billing.queries.standing import books
from svet.billing.queries.tariffs import Preview, PreviewLine, preview
from svet.billing.rules import Line
from svet.billing.rules.difference import Difference, difference
from svet.billing.rules.facts import AccountFacts, Authority, Placement, ReadingFact, ScaleValue
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.should import should
from svet.billing.rules.timeline import calendar_of
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering.queries import SetView
from svet.metering.rules import ReadingKind, Zone

_ZERO = Decimal(0)


class _Known(NamedTuple):
    """An account's facts, the last month charged, and the month of a day."""

    facts: AccountFacts
    last: Month
    month: Month


def preview_reading(
    *,
    account: AccountView,
    meter_id: int,
    values: Mapping[Zone, tuple[Decimal, int]],
    usage: Mapping[Zone, Decimal],
    on: date,
) -> Preview:
    """What a customer's reading adds to the account, estimates of earlier months taken back.

    ``values`` are (value, full turns) by zone, ``usage`` the kWh since the reading before. An account that
    has no charge yet, or of which nothing can be told, is told the price of these kWh alone.
    :raises BillingRefused: the account's group has no prices on that day
    """
    known = _known(account, on)
    if known is not None:
        scales = tuple(ScaleValue(zone.value, value, turns) for zone, (value, turns) in values.items())
        before = max(known.last, known.month.plus(-1))
        after = _changed(known.facts, meter_id, add=[ReadingFact(on, scales)])
        point = _point(known.facts, meter_id)
        try:
            found = _between(known.facts, before, after, max(known.last, known.month))
        except BillingProblem:
            pass
        else:
            # What other meters of the new month are estimated at is not this reading's doing.
            return _preview(found, lambda line: line.month <= before or line.point == point)
    return preview(account=account, usage=usage, on=on)


def control_effect(control: SetView, *, customer: SetView, account: AccountView, meter_id: int) -> int | None:
    """Kopecks by which a control reading changes the account, against the customer's own set.

    None: the account has no charge yet, or nothing can be told.
    """
    known = _known(account, control.read_on)
    if known is None:
        return None
    ids = [control.set_id, customer.set_id]
    horizon = max(known.last, known.month)
    own = _changed(known.facts, meter_id, add=[_fact(customer)], without=ids)
    ours = _changed(known.facts, meter_id, add=[_fact(control)], without=[control.set_id])
    try:
        return _between(own, horizon, ours, horizon).kopecks
    except BillingProblem:
        return None


def _known(account: AccountView, on: date) -> _Known | None:
    book = books([account.account_id])[account.account_id]
    if book.last is None:
        return None
    provider = provider_facts(account.provider)
    month = calendar_of(provider.policies).month_of(on)
    found = contracts(
        provider_id=account.provider.provider_id,
        opened_before=Month(2199, 12).first,
        account_ids=[account.account_id],
    )
    facts = account_facts(
        found,
        provider=provider,
        horizon=max(book.last, month),
        floors={account.account_id: book.begins(month)},
    )
    return _Known(facts[account.account_id], book.last, month)


def _between(before: AccountFacts, until: Month, after: AccountFacts, horizon: Month) -> Difference[int]:
    """:raises BillingProblem: one side cannot be told"""
    stands = enumerate(should(before, horizon=until))
    return difference(should(after, horizon=horizon), stands)


def _changed(
    facts: AccountFacts, meter_id: int, *, add: Sequence[ReadingFact] = (), without: Collection[int] = ()
) -> AccountFacts:
    """The same account with other readings of one meter."""

    def other(placement: Placement) -> Placement:
        if placement.meter_id != meter_id:
            return placement
        kept = [each for each in placement.readings if each.set_id not in without]
        return replace(placement, readings=(*kept, *add))

    return replace(
        facts,
        points=tuple(
            replace(point, placements=tuple(map(other, point.placements))) for point in facts.points
        ),
    )


def _point(facts: AccountFacts, meter_id: int) -> int:
    return next(
        (
            point.no
            for point in facts.points
            for placement in point.placements
            if placement.meter_id == meter_id
        ),
        0,
    )


def _fact(view: SetView) -> ReadingFact:
    customer = view.kind == ReadingKind.CUSTOMER
    return ReadingFact(
        view.read_on,
        tuple(ScaleValue(each.zone.value, each.value, each.turns) for each in view.values),
        Authority.CUSTOMER if customer else Authority.OFFICE,
        set_id=view.set_id,
    )


def _preview(found: Difference[int], counts: Callable[[Line], bool]) -> Preview:
    """A difference by zone, range and price."""
    lines: dict[tuple[str, int, Decimal], PreviewLine] = {}
    post = [line for line in found.post if counts(line)]
    for sign, side in ((1, post), (-1, [line for _, line in found.reverse])):
        for line in side:
            key = (str(line.zone), line.range_no, line.price)
            kwh, kopecks = sign * line.kwh, sign * line.kopecks
            row = lines.get(key)
            lines[key] = PreviewLine(
                Zone(str(line.zone)),
                line.range_no,
                kwh + (row.kwh if row else _ZERO),
                line.price,
                Money(kopecks + (row.money.kopecks if row else 0)),
                line.evidence.row_id,
            )
    return Preview(
        total=Money(sum(line.money.kopecks for line in lines.values())),
        kwh=sum((line.kwh for line in lines.values()), _ZERO),
        lines=list(lines.values()),
        demonstration=any(line.evidence.demonstration for line in post),
    )
