"""Acts of the office: written with their document, ended by another, withdrawn for a reason."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from svet.accounts.operations import lock_account
from svet.accounts.queries import AccountView, account_for, people_of, provider_today
from svet.accounts.queries.terms import terms_of
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.ids import new_public_id
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.metering import queries
from svet.metering.events.acts import OFFICE_ACT
from svet.metering.models import Meter, OfficeAct
from svet.metering.queries import MeterView
from svet.metering.queries.acts import acts
from svet.metering.rules.acts import (
    LONGEST_NUMBER,
    SIGNED_TWICE,
    ActOf,
    ActReason,
    ActRefused,
    NewAct,
    overlap,
    trouble,
)
from svet.notices import operations as notices
from svet.people import queries as people
from svet.staffing.rules import checked_reason


class ActNotFound(NotFound):
    """No such act, or not for this actor."""


def write_act(
    *, by: Actor, account_public_id: str, act: NewAct, meter_public_id: str = "", reason: str, now: datetime
) -> str:
    """Write an act down; says its outer id. One of :data:`SIGNED_TWICE` counts when it is signed.

    :raises AccountNotFound: :raises MeterNotFound: not there, or not for this actor
    :raises ActRefused: something of it cannot be; :raises StaffRefused: no reason
    """
    _office_only(by)
    words = checked_reason(reason)
    with use_case():
        account = account_for(by, public_id=account_public_id)
        lock_account(account.account_id)
        meter = queries.meter_for(by, public_id=meter_public_id) if meter_public_id else None
        _check(act, account=account, meter=meter, now=now)
        alone = act.kind not in SIGNED_TWICE
        row = OfficeAct.objects.create(
            account_id=account.account_id,
            meter_id=meter.meter_id if meter else None,
            kind=act.kind.value,
            number=" ".join(act.number.split()),
            drawn_on=act.drawn_on,
            since=act.since,
            until=act.until,
            persons=act.persons,
            reason=words,
            by_id=by.person_id,
            known_at=now,
            signed_at=now if alone else None,
        )
        _record(row, action="act.written", by=by, now=now, reason=words)
        if alone:
            _tell(row, account=account, now=now)
    return row.public_id


def sign_act(*, by: Actor, act_public_id: str, now: datetime) -> None:
    """Put the second signature under an act: from now on it counts.

    :raises ActNotFound: no such act waits; :raises ActRefused: the first signature is of the same person
    """
    with use_case():
        row, account = _locked(by, act_public_id)
        if row.signed_at is not None:
            raise ActRefused(ActReason.SIGNED)
        if by.person_id is None or by.person_id == row.by_id:
            raise ActRefused(ActReason.SAME_HAND)
        row.signed_at, row.signed_by_id = now, by.person_id
        row.save(update_fields=["signed_at", "signed_by"])
        _record(row, action="act.signed", by=by, now=now)
        _tell(row, account=account, now=now)


def end_act(*, by: Actor, act_public_id: str, on: date, number: str, now: datetime) -> str:
    """Give an act its end by a second document: ``on`` is the first usual day again; says its new id.

    :raises ActNotFound: no such act; :raises ActRefused: it has its end, no document, or not such a day
    """
    with use_case():
        row, account = _locked(by, act_public_id)
        words = " ".join(number.split())
        if row.until is not None:
            raise ActRefused(ActReason.ENDED)
        if not words or len(words) > LONGEST_NUMBER:
            raise ActRefused(ActReason.NUMBER, field="number")
        if on > provider_today(account.provider, now):
            raise ActRefused(ActReason.FUTURE, field="on")
        if on <= row.since:
            raise ActRefused(ActReason.ORDER, field="on")
        _go(row, by=by, reason="", now=now)
        former = row.pk
        row.pk, row.public_id, row._state.adding = None, new_public_id(), True
        row.until, row.end_number, row.replaces_id = on, words, former
        row.by_id, row.known_at = by.person_id, now
        row.gone_at, row.gone_by_id = None, None
        row.save(force_insert=True)
        _record(row, action="act.ended", by=by, now=now)
    return row.public_id


def withdraw_act(*, by: Actor, act_public_id: str, reason: str, now: datetime) -> None:
    """Take an act back: it counts for no day any more and stays to be read.

    :raises ActNotFound: no such act; :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    with use_case():
        row, account = _locked(by, act_public_id)
        _go(row, by=by, reason=words, now=now)
        _record(row, action="act.withdrawn", by=by, now=now, reason=words)
        if row.signed_at is not None:
            _tell(row, account=account, now=now)


def _office_only(by: Actor) -> None:
    if by.kind not in (ActorKind.STAFF, ActorKind.SYSTEM):
        raise ActNotFound(ActReason.NOT_FOUND)


def _locked(by: Actor, public_id: str) -> tuple[OfficeAct, AccountView]:
    """An act that stands, with its account locked, in the order in which everything locks it."""
    _office_only(by)
    known = OfficeAct.objects.filter(public_id=public_id).values_list("account_id", "account__public_id")
    for account_id, account_public_id in known:
        lock_account(account_id)
        row = OfficeAct.objects.filter(public_id=public_id, gone_at__isnull=True).first()
        if row is not None:
            return row, account_for(by, public_id=account_public_id)
    raise ActNotFound(ActReason.NOT_FOUND)


def _check(act: NewAct, *, account: AccountView, meter: MeterView | None, now: datetime) -> None:
    begins = meter.installed_on if meter else account.opened_on
    today = provider_today(account.provider, now)
    reason = trouble(act, of_meter=meter is not None, begins=begins, today=today)
    if reason is None and meter is not None:
        if meter.account_id != account.account_id:
            reason = ActReason.METER
        elif act.kind is ActOf.SILENT and not meter.smart:
            reason = ActReason.NOT_SMART
    if reason is None and act.kind is ActOf.UNMETERED and _stands(account.account_id, act.since):
        reason = ActReason.HAS_METER
    if reason is None and _taken(act, account_id=account.account_id, meter=meter):
        reason = ActReason.OVERLAPS
    registered = terms_of([account.account_id], on=act.since)[account.account_id].residents
    if reason is None and act.persons is not None and registered is not None and act.persons > registered:
        raise ActRefused(ActReason.MORE_PERSONS, field="persons", details={"most": registered})
    if reason is not None:
        raise ActRefused(reason, field=_FIELDS.get(reason, ""))


_FIELDS = {
    ActReason.NUMBER: "number",
    ActReason.METER: "meter",
    ActReason.NO_METER: "meter",
    ActReason.NOT_SMART: "meter",
    ActReason.UNTIL: "until",
    ActReason.ORDER: "until",
    ActReason.TOO_SHORT: "until",
    ActReason.FUTURE: "since",
    ActReason.BEFORE: "since",
    ActReason.TOO_FAR_BACK: "since",
    ActReason.HAS_METER: "since",
    ActReason.OVERLAPS: "since",
    ActReason.PERSONS: "persons",
}


def _stands(account_id: int, on: date) -> bool:
    """Whether a meter stands on an account that day."""
    open_ = Q(removed_on__isnull=True) | Q(removed_on__gt=on)
    return Meter.objects.filter(open_, account_id=account_id, installed_on__lte=on).exists()


def _taken(act: NewAct, *, account_id: int, meter: MeterView | None) -> bool:
    """Whether such an act about the same thing has one of these days already, signed or not."""
    meter_id = meter.meter_id if meter else None
    waiting = OfficeAct.objects.filter(
        account_id=account_id, kind=act.kind.value, signed_at__isnull=True, gone_at__isnull=True
    )
    days = list(waiting.values_list("since", "until"))
    days += [
        (each.since, each.until)
        for each in acts([account_id], until=date.max)[account_id]
        if (each.kind, each.meter_id) == (act.kind, meter_id)
    ]
    return any(overlap(act.since, act.until, since, until) for since, until in days)


def _go(row: OfficeAct, *, by: Actor, reason: str, now: datetime) -> None:
    row.gone_at, row.gone_by_id, row.gone_reason = now, by.person_id, reason
    row.save(update_fields=["gone_at", "gone_by", "gone_reason"])


def _record(row: OfficeAct, *, action: str, by: Actor, now: datetime, reason: str = "") -> None:
    journal.record(
        by=by,
        action=action,
        subject="act",
        subject_id=row.public_id,
        now=now,
        account_id=row.account_id,
        after={
            "kind": row.kind,
            "number": row.end_number or row.number,
            "since": str(row.since),
            "until": str(row.until) if row.until else None,
        },
        reason=reason,
    )


def _tell(row: OfficeAct, *, account: AccountView, now: datetime) -> None:
    params: dict[str, str] = {
        "account": account.number,
        "number": row.number,
        "on": f"{row.since:%d.%m.%Y}",
        "act": row.kind,
    }
    if row.gone_at is not None:
        params["gone"] = "yes"
    for person_id in people_of(account_id=row.account_id):
        notices.notify(
            recipient_id=people.recipient_of(person_id),
            event=OFFICE_ACT,
            params=params,
            place=Place("account", (account.public_id,)),
            now=now,
        )
