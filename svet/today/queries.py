"""What rooms know of a cabinet as the facts of a day: a fixed number of reads, however many accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, GroupView
from svet.accounts.queries.household import invitations_to
from svet.accounts.queries.registry import accounts_by_id
from svet.accounts.rules import Right
from svet.arrangements.queries import standing_promises
from svet.arrangements.queries.plans import living_plans
from svet.arrangements.rules import PromiseView
from svet.arrangements.rules.plans import InstalmentState
from svet.arrangements.rules.views import InstalmentView
from svet.arrangements.texts.plans import plan_progress
from svet.autopay import queries as autopay
from svet.bills import queries as bills
from svet.bills.queries import BillSummary
from svet.bills.rules.arrears import PromisedPart
from svet.kernel.actors import Actor
from svet.kernel.foretold import Ending
from svet.kernel.ids import AccountId
from svet.kernel.money import ZERO, Money
from svet.kernel.personal import MOST_ROWS
from svet.kernel.places import Place
from svet.ledger import queries as ledger
from svet.metering import queries as metering
from svet.metering.queries import MeterView
from svet.metering.queries.absence import AbsenceView, standing_absences
from svet.metering.rules import cut_off, window
from svet.metering.rules.absence import Plan, acts_on
from svet.outages.queries import nearest, outages_of
from svet.outages.texts import title as outage_title
from svet.payments import queries as payments
from svet.payments.queries import OrderView
from svet.payments.rules.states import OrderState
from svet.today.models import HelpTold, HelpWish
from svet.today.rules import (
    AccountFactsOfDay,
    BillFacts,
    CabinetFacts,
    ComingOutage,
    DayPlan,
    MeterFacts,
    MovingPayment,
    OpenInvitation,
    PlanAsk,
    PlannedCharge,
    PromisedPayment,
    RunningPlan,
    StuckPayment,
    plan,
)

#: How many bills back a debt is followed.
_BILLS = 6
#: How many days ahead a charge of autopay is of interest before it was told.
_SOON = timedelta(days=10)
#: How long before an outage it is worth a row of the day.
_OUTAGES = timedelta(days=7)


def day_of(
    actor: Actor, *, now: datetime, local_today: date, groups: Sequence[GroupView] | None = None
) -> DayPlan:
    """The day of the actor's cabinet; ``groups`` where they are known already.

    ``local_today`` is the day where the person looks; each account counts by that of its provider.
    """
    return plan(facts_of(actor, now=now, local_today=local_today, groups=groups))


def facts_of(
    actor: Actor, *, now: datetime, local_today: date, groups: Sequence[GroupView] | None = None
) -> CabinetFacts:
    """All that is known of the actor's cabinet."""
    person_id = actor.person_id or 0
    found = account_queries.cabinet(person_id) if groups is None else groups
    cards = [card for group in found for card in group.cards]
    unfinished = payments.unfinished(person_id=person_id)
    ids = [card.account_id for card in cards]
    plans, promises = living_plans(ids, now=now), standing_promises(ids)
    return CabinetFacts(
        today=local_today,
        accounts=tuple(_accounts(cards, plans, promises, now)) if cards else (),
        stuck=tuple(_stuck(person_id, now, unfinished)),
        moving=tuple(
            MovingPayment(each.public_id, each.number, each.total, each.state is OrderState.REVIEW)
            for each in unfinished
            if each.state in (OrderState.PAID, OrderState.REVIEW)
        ),
        unsure=Money.total(
            line.money
            for each in unfinished
            if each.state in (OrderState.SENT, OrderState.WAITING)
            for line in each.lines
            if line.account_id in set(ids)
        ),
        planned=tuple(_planned(person_id, local_today, now)) if cards else (),
        promised=tuple(_promised(cards, promises)),
        plans=_plans(cards, plans),
        outages=tuple(_outages(cards, now)) if cards else (),
        invitations=tuple(
            OpenInvitation(each.public_id, each.address, each.open_until.astimezone(_zone(cards)).date())
            for each in invitations_to(actor, now=now)
        ),
    )


def _planned(person_id: int, today: date, now: datetime) -> list[PlannedCharge]:
    """What autopay takes in the coming days, the nearest first."""
    return [
        PlannedCharge(
            each.public_id, each.next.on, each.next.left, each.card.title, each.next.turn is not None
        )
        for each in autopay.coming(person_id=person_id, now=now)
        if each.next is not None and (each.next.turn or each.next.on <= today + _SOON)
    ]


def _promised(cards: Sequence[AccountCard], standing: Mapping[int, PromiseView]) -> list[PromisedPayment]:
    """What stands promised for the accounts, the nearest day first."""
    names = account_queries.row_names(cards)
    found = [
        PromisedPayment(card.public_id, names[card.account_id], one.until_on, one.left)
        for card in cards
        if (one := standing.get(card.account_id)) is not None and one.left and Right.PAY in card.rights
    ]
    return sorted(found, key=lambda one: one.until)


def _outages(cards: Sequence[AccountCard], now: datetime) -> list[ComingOutage]:
    """What takes the light of the accounts away now or in the coming days, the nearest first."""
    names = {card.account_id: card.row_name for card in cards}
    return [
        ComingOutage(
            outage_title(view, today=now.astimezone(view.zone).date()),
            # Flats of one house whose numbers are hidden have one name: it is said once.
            tuple(dict.fromkeys(names[key] for key in keys)),
        )
        for view, keys in nearest(outages_of(names, now=now))
        if view.begins_at <= now + _OUTAGES
    ]


def _plans(cards: Sequence[AccountCard], living: Mapping[int, InstalmentView]) -> tuple[RunningPlan, ...]:
    """The accounts that are paid in parts, or wait to be, in the cabinet's order."""
    names = account_queries.row_names(cards)
    return tuple(
        RunningPlan(card.public_id, names[card.account_id], plan_progress(living[card.account_id]))
        for card in cards
        if card.account_id in living and Right.PAY in card.rights
    )


def _zone(cards: Sequence[AccountCard]) -> ZoneInfo | None:
    return ZoneInfo(cards[0].provider.time_zone) if cards else None


def _accounts(
    cards: Sequence[AccountCard],
    plans: Mapping[int, InstalmentView],
    promises: Mapping[int, PromiseView],
    now: datetime,
) -> list[AccountFactsOfDay]:
    ids = [card.account_id for card in cards]
    balances, transit = ledger.balances(ids), payments.in_transit(ids)
    newest = bills.last_bills(account_ids=ids, months=_BILLS)
    meters: dict[int, list[MeterView]] = {}
    for meter in metering.meters_of(account_ids=ids):
        meters.setdefault(meter.account_id, []).append(meter)
    sent, absences = metering.last_sent(account_ids=ids), standing_absences(account_ids=ids)
    asks = {
        key: PlanAsk(one.asks_on, one.due)
        for key, one in plans.items()
        if one.state is InstalmentState.STANDING
    }
    names = account_queries.row_names(cards)
    found = [
        _account(
            card,
            now,
            balance=balances[card.account_id],
            transit=transit.get(card.account_id, ZERO),
            bills_=newest[card.account_id],
            meters=meters.get(card.account_id, []),
            sent=sent,
            absence=absences.get(card.account_id),
        )
        for card in cards
    ]
    words = {key: PromisedPart(one.left, one.until_on) for key, one in promises.items()}
    return [
        replace(
            each,
            title=names[card.account_id],
            plan=asks.get(card.account_id),
            promised=words.get(card.account_id),
        )
        for card, each in zip(cards, found, strict=True)
    ]


def _account(
    card: AccountCard,
    now: datetime,
    *,
    balance: Money,
    transit: Money,
    bills_: Sequence[BillSummary],
    meters: Sequence[MeterView],
    sent: dict[int, date],
    absence: AbsenceView | None,
) -> AccountFactsOfDay:
    today = account_queries.provider_today(card.provider, now)
    open_ = window(
        today,
        window_from_day=card.provider.window_from_day,
        window_to_day=card.provider.window_to_day,
    )
    after = cut_off(open_.period.plus(-1), window_to_day=card.provider.window_to_day)
    closed = card.closed_on is not None and card.closed_on <= today
    return AccountFactsOfDay(
        public_id=card.public_id,
        title=card.row_name,
        today=today,
        balance=balance,
        transit=transit,
        bills=tuple(_bill(each) for each in bills_),
        meters=() if closed else tuple(_meter(each, today, after, sent) for each in meters),
        window=open_,
        may_pay=Right.PAY in card.rights,
        may_submit=Right.SUBMIT in card.rights,
        of_another=card.by_invitation,
        charged_here=card.provider.service.charged_here,
        away=absence is not None and _sees_to(absence, today, acts_on(open_)),
    )


def _sees_to(absence: AbsenceView, today: date, acts: date) -> bool:
    """Whether the absence sends, or has somebody asked, by itself on a day that is still to come."""
    return absence.plan is not Plan.REMIND and absence.from_on <= acts <= absence.until_on and today <= acts


def _meter(meter: MeterView, today: date, after: date, sent: dict[int, date]) -> MeterFacts:
    last = sent.get(meter.meter_id)
    waits = not meter.smart and meter.installed_on <= today and (last is None or last <= after)
    return MeterFacts(waits, meter.next_verification_on, meter.smart)


def _bill(bill: BillSummary) -> BillFacts:
    sums = bill.sums
    return BillFacts(
        public_id=bill.public_id,
        month=bill.month,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        closing=sums.closing,
        taken=sums.taken,
    )


def _stuck(person_id: int, now: datetime, unfinished: Sequence[OrderView]) -> list[StuckPayment]:
    """Rows of payments that ask something, what is left of payments to several payees, open bank pages."""
    series = payments.series_to_mind(person_id=person_id, now=now)
    in_series = {part.public_id for each in series for part in each.parts}
    return [
        *(
            StuckPayment(each.left, Place("payment-order", (each.current.public_id,)))
            for each in series
            if each.asks
        ),
        *(
            StuckPayment(each.total, Place("payment"))
            for each in payments.remainders(person_id=person_id, now=now)
            if each.ready
        ),
        *(
            StuckPayment(each.total, Place("payment-order", (each.public_id,)), unfinished=True)
            for each in unfinished
            if each.state is OrderState.WAITING
            and each.bank_page_url
            and now < each.expires_at
            and each.public_id not in in_series
        ),
    ]


def wish_of(actor: Actor, *, account_id: int) -> int | None:
    """How many days before its end the actor wants to hear of an account; None: not at all."""
    wishes = HelpWish.objects.filter(person_id=actor.person_id or 0, account_id=account_id)
    return wishes.values_list("days", flat=True).first()


def wishes_of(*, person_id: int) -> list[tuple[str, int]]:
    """The numbers of the accounts a person wants to be reminded of, each with its days."""
    held = account_queries.visible_ids(Actor.person(person_id))
    rows = HelpWish.objects.filter(person_id=person_id, account_id__in=held)
    days = dict(rows.values_list("account_id", "days"))
    return [(account.number, days[account.account_id]) for account in accounts_by_id(sorted(days))]


def told_early(*, person_ids: Collection[int], ending: Ending, on: date) -> Collection[tuple[int, int]]:
    """The (person, account) of these people who were told, as they had asked, of what ends on a day."""
    rows = HelpTold.objects.filter(person_id__in=person_ids, kind=ending.value, ends_on=on)
    return list(rows.values_list("person_id", "account_id"))


def help_told_of(*, person_id: int) -> list[tuple[str, str, date, datetime]]:
    """Of what a person was told for accounts they help with and still see, the newest first.

    Number, kind, the day that ends, when it was told.
    """
    held = account_queries.visible_ids(Actor.person(person_id))
    rows = list(HelpTold.objects.filter(person_id=person_id, account_id__in=held).order_by("-pk")[:MOST_ROWS])
    numbers = {one.account_id: one.number for one in accounts_by_id({row.account_id for row in rows})}
    return [(numbers[AccountId(row.account_id)], row.kind, row.ends_on, row.told_at) for row in rows]
