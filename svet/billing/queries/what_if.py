"""What a reading does to an account: by the rules of the run, from what stands to what should stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from svet.accounts.queries import AccountView
from svet.accounts.queries.contracts import contracts
from svet.billing.models import BillingRun
from svet.billing.queries.facts import ProviderFacts, account_facts, digest, provider_facts
from svet.billing.queries.standing import AccountBook, Standing, books, standing_lines
from svet.billing.queries.tariffs import Preview, PreviewLine, preview
from svet.billing.rules import Line
from svet.billing.rules.difference import Difference, difference
from svet.billing.rules.due import due
from svet.billing.rules.facts import AccountFacts, Authority, Placement, ReadingFact, ScaleValue
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.settled import should_since, since_settled
from svet.billing.rules.should import should
from svet.billing.rules.timeline import calendar_of
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.queries import SetView
from svet.metering.rules import ReadingKind, Zone

_ZERO = Decimal(0)
#: A shorter history is computed sooner than it is known that nothing behind its settled month has moved.
WORTH_CUTTING = 12


@dataclass(slots=True)
class PreviewFacts:
    """What previews of one account are computed from, read once: its facts and what stands charged.

    ``cut``: the settled month behind which both were read, as by a run; where that does not tell all, the
    whole is read. ``month`` is that of the day asked about, ``last`` the last one charged; ``held_since`` is
    the day since which the present holder has the account, where there was another.
    """

    account_id: int
    provider_id: int
    provider: ProviderFacts
    book: AccountBook
    month: Month
    cut: Month | None
    facts: AccountFacts
    stands: Sequence[Standing]
    held_since: date | None = None

    @property
    def last(self) -> Month:
        """The last month charged; of a new account the one before the month asked about."""
        return self.book.last or self.month.plus(-1)

    @property
    def horizon(self) -> Month:
        """Until which month there is something to charge."""
        return max(self.last, self.month)

    def due(self, change: Callable[[AccountFacts], AccountFacts] = lambda facts: facts) -> Difference[int]:
        """What the next charge posts if the facts are changed so.

        :raises BillingProblem: then nothing can be told
        """
        if self.cut is not None:
            lines = should_since(change(_open(self.facts)), month=self.cut, horizon=self.horizon)
            if lines is not None:
                return difference(lines, self.stands)
            self._read_whole()
        return due(change(_open(self.facts)), self.stands, horizon=self.horizon)

    def whole(self) -> AccountFacts:
        """The account with all its readings."""
        if self.cut is not None:
            self._read_whole()
        return _open(self.facts)

    def _read_whole(self) -> None:
        self.cut = None
        self.facts = _facts_of(self)
        self.stands = standing_lines([self.account_id])[self.account_id]


def _open(facts: AccountFacts) -> AccountFacts:
    """What the house will use in common nobody knows before its month is over: no price told has it."""
    return replace(facts, stays=())


def ground_of(account: AccountView, on: date) -> PreviewFacts | None:
    """What previews of a day are computed from. None: its provider has never charged anybody yet."""
    provider_id = account.provider.provider_id
    book = books([account.account_id])[account.account_id]
    if book.last is None and not BillingRun.objects.filter(provider_id=provider_id).exists():
        return None
    provider = provider_facts(account.provider)
    month = calendar_of(provider.policies).month_of(on)
    ground = PreviewFacts(
        account_id=account.account_id,
        provider_id=provider_id,
        provider=provider,
        book=book,
        month=month,
        cut=_settled(book, account, provider, month),
        facts=AccountFacts(floor=month, opened_on=on, terms=(), policies=(), tables=()),
        stands=(),
        held_since=account.held_since,
    )
    ground.facts = _facts_of(ground)
    cut = ground.cut
    if cut is not None and (
        book.last is None
        or digest(ground.facts, provider=provider, until=book.last) != book.facts
        or since_settled(ground.facts, month=cut, calendar=calendar_of(provider.policies)) is None
    ):
        ground.whole()
    else:
        after: dict[int, Month] | None = None if cut is None else {account.account_id: cut}
        ground.stands = standing_lines([account.account_id], after=after)[account.account_id]
    return ground


def _settled(book: AccountBook, account: AccountView, provider: ProviderFacts, month: Month) -> Month | None:
    """The month behind which none of the account's readings has come or gone, or is asked about."""
    if book.settled is None or book.floor is None or month <= book.settled:
        return None
    if book.floor.plus(WORTH_CUTTING) > month:
        return None
    noted = metering.touches(account_ids=[account.account_id]).get(account.account_id)
    return book.settled if noted is None or noted.first > provider.cut(book.settled) else None


def _facts_of(ground: PreviewFacts) -> AccountFacts:
    key = ground.account_id
    found = contracts(provider_id=ground.provider_id, opened_before=Month(2199, 12).first, account_ids=[key])
    facts = account_facts(
        found,
        provider=ground.provider,
        horizon=ground.horizon,
        floors={key: ground.book.begins(ground.month)},
        after=None if ground.cut is None else {key: ground.provider.cut(ground.cut.plus(-1))},
    )
    return facts[key]


def preview_reading(
    *,
    account: AccountView,
    meter_id: int,
    values: Mapping[Zone, tuple[Decimal, int]],
    usage: Mapping[Zone, Decimal],
    on: date,
    ground: PreviewFacts | None = None,
) -> Preview:
    """What the next bill says if this reading of a customer is taken, estimates of earlier months taken back.

    ``values`` are (value, full turns) by zone, ``usage`` the kWh since the reading before. ``total`` leaves
    out what other meters of months not yet charged are estimated at: that is not this reading's doing;
    ``bill`` is the whole, and nothing for days of months that are charged. An account of which nothing can
    be told is told the price of these kWh alone.
    ``ground``: what was read before for the same account and day.
    :raises BillingRefused: the account's group has no prices on that day
    """
    ground = ground or ground_of(account, on)
    if ground is not None:
        scales = tuple(ScaleValue(zone.value, value, turns) for zone, (value, turns) in values.items())
        reading = ReadingFact(on, scales)
        try:
            found = ground.due(lambda facts: changed(facts, meter_id, add=[reading]))
        except BillingProblem:
            pass
        else:
            last, point = ground.last, _point(ground.facts, meter_id)
            told = _preview(found, lambda line: line.month <= last or line.point == point)
            return replace(told, bill=Money(found.kopecks)) if ground.month > last else told
    return preview(account=account, usage=usage, on=on)


def preview_end(
    *, ground: PreviewFacts, ends: Mapping[int, Mapping[Zone, tuple[Decimal, int]]]
) -> Preview | None:
    """What the month's bill says if on its last day the meters show this; None: nothing can be told.

    ``ends`` are (value, full turns) by meter and zone.
    """
    on = ground.provider.cut(ground.month)

    def end(facts: AccountFacts) -> AccountFacts:
        for meter_id, values in ends.items():
            scales = tuple(ScaleValue(zone.value, value, turns) for zone, (value, turns) in values.items())
            facts = changed(facts, meter_id, add=[ReadingFact(on, scales)])
        return facts

    try:
        found = ground.due(end)
    except BillingProblem:
        return None
    return replace(_preview(found, lambda line: True), bill=Money(found.kopecks))


def control_effect(control: SetView, *, customer: SetView, account: AccountView, meter_id: int) -> int | None:
    """Kopecks by which a control reading changes the account, against the customer's own set.

    None: the account has no charge yet, or nothing can be told.
    """
    ground = ground_of(account, control.read_on)
    if ground is None or ground.book.last is None:
        return None
    facts, horizon = ground.whole(), ground.horizon
    ids = [control.set_id, customer.set_id]
    own = changed(facts, meter_id, add=[_fact(customer)], without=ids)
    ours = changed(facts, meter_id, add=[_fact(control)], without=[control.set_id])
    try:
        before = enumerate(should(own, horizon=horizon))
        return difference(should(ours, horizon=horizon), before).kopecks
    except BillingProblem:
        return None


def changed(
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
