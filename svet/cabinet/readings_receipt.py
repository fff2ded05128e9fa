"""The receipt of a set of readings: its number, its values, its track."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.cabinet.requests import actor_of, now_of
from svet.kernel.periods import Month
from svet.look import formats
from svet.metering import operations, queries, rules, texts
from svet.metering.queries import SetView
from svet.metering.rules import State
from svet.subscribers import queries as subscribers
from svet.subscribers.queries import AccountCard, provider_today


@dataclass(frozen=True, slots=True)
class Step:
    """A station of the track."""

    text: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A set as its receipt shows it."""

    view: SetView
    card: AccountCard
    values: list[tuple[str, str]]
    steps: list[Step]
    state_name: str
    standing: bool
    review: bool
    period: Month
    may_withdraw: bool
    withdraw_until: date


def receipt_view(request: HttpRequest, *, set_id: str, person_id: int) -> ReceiptView:
    """One set with its track. :raises MeterNotFound: absent or not for the person"""
    by = actor_of(request)
    view = queries.set_for(by, public_id=set_id)
    cards = [card for group in subscribers.cabinet(person_id) for card in group.cards]
    card = next(card for card in cards if card.account_id == view.account_id)
    to_day = card.provider.window_to_day
    period = rules.period_of(view.read_on, window_to_day=to_day)
    today = provider_today(card.provider, now_of(request))
    state = State(view.state)
    return ReceiptView(
        view=view,
        card=card,
        values=[
            (
                str(texts.ZONE_NAMES[value.zone]),
                _("%(value)s\u00a0кВт·ч, расход %(used)s\u00a0кВт·ч")
                % {"value": texts.number(value.value), "used": texts.number(value.consumption)},
            )
            for value in view.values
        ],
        steps=_steps(view, period=period),
        state_name=str(texts.STATE_NAMES[state]),
        standing=state in rules.EFFECTIVE,
        review=state is State.UNDER_REVIEW,
        period=period,
        may_withdraw=operations.may_withdraw(view, by=by, today=today, window_to_day=to_day) is None,
        withdraw_until=rules.cut_off(period, window_to_day=to_day),
    )


def _steps(view: SetView, *, period: Month) -> list[Step]:
    received = Step(_("Получены"), formats.moment(view.received_at), "done")
    state = State(view.state)
    bill = _("Счёт за %(period)s") % {"period": formats.month(period)}
    issued = formats.day(period.end + timedelta(days=1))
    match state:
        case State.ACCEPTED:
            return [
                received,
                Step(_("Приняты"), "", "done"),
                Step(bill, _("после %(on)s") % {"on": issued}, "todo"),
            ]
        case State.USED:
            return [received, Step(_("Приняты"), "", "done"), Step(bill, "", "done")]
        case State.UNDER_REVIEW:
            note = _("сотрудник сверит их и ответит вам")
            return [received, Step(_("На проверке"), note, "current"), Step(bill, "", "todo")]
        case _:
            return [received, Step(str(texts.STATE_NAMES[state]), "", "failed")]
