"""The receipt of a set of readings: its number, its values, its track, what one may still do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, provider_today
from svet.accounts.rules import Right
from svet.bills import queries as bills
from svet.cabinet.readings.control import ControlView, control_view
from svet.cabinet.shell.session import actor_of, now_of
from svet.cabinet.shell.tracks import TrackStep, dispute_track, track
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.look import formats
from svet.metering import operations, queries, rules, texts
from svet.metering.queries import PhotoView, SetChange, SetView
from svet.metering.rules import ReadingKind, ReadingState


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A set as its receipt shows it."""

    view: SetView
    card: AccountCard
    title: str
    values: list[tuple[str, str]]
    steps: list[TrackStep]
    state_name: str
    standing: bool
    review: bool
    why: str
    period: Month
    may_withdraw: bool
    may_add_photo: bool
    withdraw_until: date
    photos: tuple[PhotoView, ...]
    control: ControlView | None
    dispute_steps: list[TrackStep]
    instead: SetView | None


def receipt_view(request: HttpRequest, *, set_public_id: str, person_id: int) -> ReceiptView:
    """One set with its track. :raises MeterNotFound: absent or not for the person"""
    by = actor_of(request)
    view = queries.set_for(by, public_id=set_public_id)
    cards = [card for group in account_queries.cabinet(person_id) for card in group.cards]
    card = next(card for card in cards if card.account_id == view.account_id)
    to_day = card.provider.window_to_day
    period = rules.period_of(view.read_on, window_to_day=to_day)
    today = provider_today(card.provider, now_of(request))
    state = ReadingState(view.state)
    changes = queries.changes_of([view.set_id])[view.set_id]
    may_submit = Right.SUBMIT in card.rights
    control = None
    if view.kind == ReadingKind.CONTROL:
        meter = queries.meter_for(by, public_id=view.meter_public_id)
        control = control_view(view, meter=meter, today=today, may_submit=may_submit)
    dispute = control.dispute if control is not None else None
    return ReceiptView(
        view=view,
        card=card,
        title=_title(view, state),
        values=_values(view, state, card.provider.service),
        steps=track(
            view,
            changes,
            period=period,
            reader=person_id,
            bill=_bill(view, changes),
            passed_over=queries.passed_over([view.set_id]).get(view.set_id, ""),
            service=card.provider.service,
        ),
        state_name=str(texts.STATE_NAMES[state]),
        standing=state in rules.EFFECTIVE,
        review=state is ReadingState.UNDER_REVIEW,
        why=texts.doubts_line(changes[0].doubts, card.provider.service) if changes else "",
        period=period,
        may_withdraw=operations.may_withdraw(view, by=by, today=today, window_to_day=to_day) is None,
        may_add_photo=state is ReadingState.UNDER_REVIEW and may_submit,
        withdraw_until=rules.cut_off(period, window_to_day=to_day),
        photos=tuple(queries.photos_of([view.set_id])[view.set_id]),
        control=control,
        dispute_steps=dispute_track(dispute, reader=person_id) if dispute is not None else [],
        instead=_instead(view, changes),
    )


def _title(view: SetView, state: ReadingState) -> str:
    if view.kind == ReadingKind.CONTROL:
        return _("Контрольные показания")
    if state in rules.EFFECTIVE:
        return _("Показания переданы")
    return _("Показания на проверке") if state is ReadingState.UNDER_REVIEW else str(texts.STATE_NAMES[state])


def _values(view: SetView, state: ReadingState, service: Service) -> list[tuple[str, str]]:
    rows = []
    for value in view.values:
        text = formats.volume(value.value, service.unit)
        if state in rules.EFFECTIVE and view.kind == ReadingKind.CUSTOMER:
            text = _("%(value)s, расход %(used)s") % {
                "value": text,
                "used": formats.volume(value.consumption, service.unit),
            }
        rows.append((texts.scale_name(value.zone, service), text))
    return rows


def _bill(view: SetView, changes: list[SetChange]) -> str:
    """The number of the bill that used the set, if it is out."""
    month = next((change.period for change in changes if change.after is ReadingState.USED), None)
    if month is None:
        return ""
    for bill in bills.bills(account_ids=[view.account_id], since=month.first):
        if bill.month == month:
            return _("документ %(number)s") % {"number": bill.number}
    return ""


def _instead(view: SetView, changes: list[SetChange]) -> SetView | None:
    """The set that came in the place of this one."""
    last = changes[-1] if changes else None
    ends = (ReadingState.CORRECTED, ReadingState.SUPERSEDED)
    if last is None or last.after not in ends or not last.other_receipt:
        return None
    return queries.set_by_receipt(receipt_number=last.other_receipt, account_id=view.account_id)
