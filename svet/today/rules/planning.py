"""From what is known of a cabinet to the sentence of the day and its tasks.

The order of the sentence: overdue, due, money on its way, readings, nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from svet.kernel.money import ZERO, Money
from svet.kernel.places import Place
from svet.metering.rules import Urgency, Window, WindowState, verification
from svet.today.rules.arrears import Arrears, arrears
from svet.today.rules.facts import AccountFactsOfDay, CabinetFacts, DayPlan, DayState, Duty, DutyKind

#: Days after the day to pay by on which nothing is charged for being late: from the 31st on (ЖК 155 p. 14).
FREE_DAYS: Final = 30
#: For how many days a bill is news.
NEWS_DAYS: Final = 7
#: So many of those one helps are told of one by one.
MOST_HELPED: Final = 2


def plan(facts: CabinetFacts) -> DayPlan:
    """What the day asks."""
    paid = [(each, arrears(each)) for each in facts.accounts if each.may_pay]
    owing = [(each, found) for each, found in paid if found.owed]
    late = [(each, found) for each, found in owing if found.late]
    agreed = {one.account_public_id for one in facts.promised}
    agreed |= {one.account_public_id for one in facts.plans}
    reading = _readings(facts.accounts)
    duties = [*_payments(owing, facts.today), *reading, *_readings_for(facts.accounts), *_others(facts)]
    transit = Money.total(each.transit for each in facts.accounts if each.may_pay)
    state = _state(facts, late=bool(late), owing=bool(owing), transit=bool(transit), reading=reading)
    lead = _lead(state, duties)
    since = min((found.since for _each, found in late if found.since is not None), default=None)
    coming: dict[date, Money] = {}
    for on, asked in sorted(one for _each, found in owing for one in found.coming):
        coming[on] = coming.get(on, ZERO) + asked
    windows = [
        each.window
        for each in facts.accounts
        if each.may_submit and not each.of_another and not all(meter.smart for meter in each.meters)
    ]
    return DayPlan(
        state=state,
        today=facts.today,
        lead=lead,
        duties=tuple(sorted((duty for duty in duties if duty is not lead), key=lambda duty: duty.on)),
        accounts=len(facts.accounts),
        owed=Money.total(found.owed for _each, found in owing),
        late=Money.total(found.late for _each, found in late),
        late_since=since,
        late_titles=tuple(each.title for each, _found in late),
        free_until=_free_until(since, facts.today),
        due_on=min(coming, default=None),
        coming=tuple(coming.items()),
        undated_elsewhere=Money.total(_undated(found) for each, found in owing if not each.charged_here),
        titles=tuple(each.title for each, _found in owing),
        transit=transit,
        moving=facts.moving,
        planned=facts.planned,
        promised=facts.promised,
        plans=facts.plans,
        outages=facts.outages,
        unsure=facts.unsure,
        may_agree=any(each.public_id not in agreed for each, _found in late),
        in_parts=any(each.plan is not None and each.balance > each.transit for each, _found in paid),
        over=Money.total(each.balance for each, _found in paid if each.balance.kopecks < 0),
        window=min(windows, key=lambda window: window.closes_on, default=None),
        sent=bool(windows) and not reading,
        others=any(not each.may_pay and arrears(each).owed for each in facts.accounts),
    )


def _undated(found: Arrears) -> Money:
    return found.owed - found.late - Money.total(asked for _on, asked in found.coming)


def _free_until(since: date | None, today: date) -> date | None:
    if since is None:
        return None
    last = since + timedelta(days=FREE_DAYS)
    return last if last >= today else None


def _state(
    facts: CabinetFacts, *, late: bool, owing: bool, transit: bool, reading: Sequence[Duty]
) -> DayState:
    if not facts.accounts:
        return DayState.NEW
    if owing:
        return DayState.OVERDUE if late else DayState.DUE
    if transit:
        return DayState.TRANSIT
    opened = any(duty.window is not None and duty.window.state is WindowState.OPEN for duty in reading)
    return DayState.READINGS if opened else DayState.CALM


def _lead(state: DayState, duties: Sequence[Duty]) -> Duty | None:
    """The duty the sentence is about; readings: those whose window closes first."""
    match state:
        case DayState.OVERDUE | DayState.DUE:
            return next(duty for duty in duties if duty.kind is DutyKind.PAY)
        case DayState.READINGS:
            opened = [
                duty for duty in duties if duty.window is not None and duty.window.state is WindowState.OPEN
            ]
            return min(opened, key=lambda duty: duty.on)
        case _:
            return None


def _payments(owing: Sequence[tuple[AccountFactsOfDay, Arrears]], today: date) -> list[Duty]:
    if not owing:
        return []
    days = [found.since for _each, found in owing if found.since is not None]
    days += [on for _each, found in owing for on, _sum in found.coming]
    return [
        Duty(
            DutyKind.PAY,
            on=min(days, default=today),
            place=Place("payment"),
            count=len(owing),
            money=Money.total(found.owed for _each, found in owing),
            titles=tuple(each.title for each, _found in owing),
            late=any(found.late for _each, found in owing),
        )
    ]


def _readings(accounts: Iterable[AccountFactsOfDay]) -> list[Duty]:
    """One duty for each day on which a window closes."""
    by_window: dict[Window, list[AccountFactsOfDay]] = {}
    for each in accounts:
        if each.may_submit and not each.away and not each.of_another:
            by_window.setdefault(each.window, []).append(each)
    found = []
    for window, same in by_window.items():
        waiting = [each for each in same if any(meter.waits for meter in each.meters)]
        meters = [meter for each in same for meter in each.meters if not meter.smart]
        count = sum(meter.waits for meter in meters)
        if count:
            found.append(
                Duty(
                    DutyKind.READINGS,
                    on=window.closes_on,
                    place=Place("readings"),
                    count=count,
                    titles=tuple(each.title for each in waiting),
                    window=window,
                    done=len(meters) - count,
                    of=len(meters),
                )
            )
    return found


def _readings_for(accounts: Iterable[AccountFactsOfDay]) -> list[Duty]:
    """A duty for each account of somebody else's that still waits: the helper is told whose it is."""
    found = []
    for each in accounts:
        count = sum(meter.waits for meter in each.meters)
        if count and each.of_another and each.may_submit and not each.away:
            found.append(
                Duty(
                    DutyKind.READINGS_FOR,
                    on=each.window.closes_on,
                    place=Place("account-readings", (each.public_id,)),
                    count=count,
                    titles=(each.title,),
                    window=each.window,
                )
            )
    if len(found) <= MOST_HELPED:
        return found
    first = min(found, key=lambda duty: duty.on)
    return [
        replace(
            first,
            place=Place("readings"),
            count=len(found),
            titles=tuple(title for duty in found for title in duty.titles),
        )
    ]


def _others(facts: CabinetFacts) -> list[Duty]:
    return [
        *(
            Duty(
                DutyKind.UNFINISHED if each.unfinished else DutyKind.MONEY,
                on=facts.today,
                place=each.place,
                money=each.money,
            )
            for each in facts.stuck
        ),
        *(
            Duty(
                DutyKind.INVITATION,
                on=each.until,
                place=Place("invitation", (each.public_id,)),
                titles=(each.address,),
            )
            for each in facts.invitations
        ),
        *_news(facts.accounts),
        *_verifications(facts.accounts),
    ]


def _news(accounts: Sequence[AccountFactsOfDay]) -> list[Duty]:
    """The bills of the last days, as one thing to look at."""
    fresh = [
        (each, each.bills[0])
        for each in accounts
        if each.bills and 0 <= (each.today - each.bills[0].issued_on).days < NEWS_DAYS
    ]
    if not fresh:
        return []
    one = fresh[0][1]
    same = all(bill.month == one.month for _each, bill in fresh)
    return [
        Duty(
            DutyKind.BILL,
            on=min(bill.issued_on for _each, bill in fresh),
            place=Place("bill", (one.public_id,)) if len(fresh) == 1 else Place("bills"),
            count=len(fresh),
            money=Money(sum(max(0, bill.closing) for _each, bill in fresh)),
            titles=tuple(each.title for each, _bill in fresh),
            month=one.month if same else None,
        )
    ]


def _verifications(accounts: Sequence[AccountFactsOfDay]) -> list[Duty]:
    """The meters whose verification runs out within half a year or has, as one thing: the nearest day."""
    found = [
        (meter.verify_by, each)
        for each in accounts
        for meter in each.meters
        if meter.verify_by is not None
        and verification(verified_on=None, next_on=meter.verify_by, today=each.today).urgency
        in (Urgency.SOON, Urgency.OVERDUE)
    ]
    if not found:
        return []
    on, first = min(found, key=lambda pair: pair[0])
    places = {each.public_id: each.title for _on, each in found}
    return [
        Duty(
            DutyKind.VERIFICATION,
            on=on,
            place=Place("account", (first.public_id,)) if len(places) == 1 else Place("accounts"),
            count=len(found),
            titles=tuple(places.values()),
            late=on < first.today,
        )
    ]
