"""One section of the set-up, by whoever has seen what stands; where money goes, by two members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.setup.models import SupplierDraft
from svet.setup.operations.writing import (
    is_new_text,
    publish,
    standing_held,
    write_retailer,
    write_supplier,
)
from svet.setup.queries import requisites_of
from svet.setup.rules import REQUISITES, SetupReason, SetupRefused, SetupState, Text, mark_of
from svet.site.operations import take_back_agreement
from svet.site.queries import coming_agreement, current_agreement
from svet.site.rules import AgreementKind
from svet.staffing.rules import checked_reason

Answers = Mapping[str, str]


def change_retailer(*, wanted: Answers, seen: str, by: Actor, now: datetime) -> bool:
    """Write judged answers about the retailer; whether anything is new. ``seen``: the mark of what was shown.

    :raises SetupRefused: something else stands than was shown
    """
    with standing_held(now=now) as state:
        _check_seen(state.retailer, seen)
        write_retailer(wanted, state, by=by, now=now)
        return dict(wanted) != dict(state.retailer)


def change_supplier(*, code: str, wanted: Answers, seen: str, by: Actor, now: datetime) -> bool:
    """Write judged answers about a supplier but its code and requisites; whether anything is new.

    :raises SetupRefused: something else stands than was shown
    :raises SupplierRefused: another service than its accounts were entered with
    """
    with standing_held(now=now) as state:
        standing = state.suppliers.get(code, {})
        _check_seen(standing, seen)
        kept = {key: standing[key] for key in ("code", *REQUISITES)}
        after = {**standing, **wanted, **kept}
        write_supplier(after, state, by=by, now=now)
        return after != dict(standing)


def ask_for_requisites(
    *, code: str, wanted: Answers, seen: str, reason: str, by: Actor, now: datetime
) -> None:
    """Ask that people's money go by other requisites: nothing changes until another member signs.

    :raises SetupRefused: something else stands than was shown, nothing is new, or another change waits
    :raises StaffRefused: no reason
    """
    said = checked_reason(reason)
    with standing_held(now=now) as state:
        standing = state.suppliers.get(code, {})
        _check_seen(standing, seen)
        before, after = requisites_of(standing), requisites_of(wanted)
        if before == after:
            raise SetupRefused(SetupReason.NOTHING_NEW)
        _keep_draft(code, after, before, reason=said, by=by, now=now)


def ask_for_supplier(*, wanted: Answers, reason: str, by: Actor, now: datetime) -> None:
    """Ask for a new supplier, all of whose answers are judged: it is there when another member has signed.

    :raises SetupRefused: its code is taken, or it waits already
    :raises StaffRefused: no reason
    """
    said = checked_reason(reason)
    with standing_held(now=now) as state:
        if wanted["code"] in state.suppliers:
            raise SetupRefused(SetupReason.CODE_TAKEN, field="code")
        _keep_draft(wanted["code"], wanted, {}, reason=said, by=by, now=now)


def sign_draft(*, draft_public_id: str, by: Actor, now: datetime) -> None:
    """Put the second signature: the supplier is there, or money goes by the new requisites, from now on.

    :raises NotFound: no such draft
    :raises SetupRefused: signed or refused before, asked for by the same member, or something else stands by
        now than the first member saw
    """
    with standing_held(now=now) as state:
        row = _waiting(draft_public_id)
        if by.person_id is None or by.person_id == row.by_id:
            raise SetupRefused(SetupReason.SAME_HAND)
        _check_stands(row, state)
        write_supplier({**state.suppliers.get(row.code, {}), **row.wanted}, state, by=by, now=now)
        row.signed_by_id, row.signed_at = by.person_id, now
        row.save(update_fields=["signed_by", "signed_at"])
        _note(row, "supplier.signed", by=by, now=now, after={"asked_by": row.by_name})


def refuse_draft(*, draft_public_id: str, reason: str, by: Actor, now: datetime) -> None:
    """Say no, and why; whoever asked may do so too. One is enough.

    :raises NotFound: no such draft :raises SetupRefused: it waits no more :raises StaffRefused: no reason
    """
    said = checked_reason(reason)
    with standing_held(now=now):
        row = _waiting(draft_public_id)
        row.refused_by_id, row.refused_at, row.refused_because = by.person_id, now, said
        row.save(update_fields=["refused_by", "refused_at", "refused_because"])
        _note(row, "supplier.refused", by=by, now=now, reason=said)


def publish_text(*, kind: AgreementKind, text: Text, seen: int, by: Actor, now: datetime) -> int:
    """Publish the next version of a text: from its day on whoever agreed before is asked again.

    ``seen``: the version that was shown as the one in force. The number of the new one.
    :raises SetupRefused: no title or no text, another version is in force, it says the same, another one
        waits for its day, or its own day is past or more than a year ahead
    """
    for field, said in (("title", text.title), ("body", text.body)):
        if not said.strip():
            raise SetupRefused(SetupReason.TEXT_WANTED, field=field)
    with standing_held(now=now):
        if current_agreement(kind=kind, today=timezone.localdate(now)).version != seen:
            raise SetupRefused(SetupReason.CHANGED_MEANWHILE)
        if not is_new_text(kind, text, now=now):
            raise SetupRefused(SetupReason.NOTHING_NEW, field="body")
        return publish(kind, text, by=by, now=now)


def take_text_back(*, kind: AgreementKind, version: int, by: Actor, now: datetime) -> None:
    """Take a version back before its day: nobody is ever asked about it.

    :raises SetupRefused: it holds already, it was taken back before, or there is none
    """
    with standing_held(now=now):
        coming = coming_agreement(kind=kind, today=timezone.localdate(now))
        if coming is None or coming.version != version:
            raise SetupRefused(SetupReason.HOLDS_ALREADY)
        take_back_agreement(kind=kind, version=version, now=now)
        journal.record(
            by=by,
            action="agreement.taken_back",
            subject="agreement",
            subject_id=f"{kind.value}-{version}",
            now=now,
            before={"kind": kind.value, "version": version, "holds_from": str(coming.published_on)},
        )


def _check_seen(standing: Answers, seen: str) -> None:
    if mark_of(standing) != seen:
        raise SetupRefused(SetupReason.CHANGED_MEANWHILE)


def _check_stands(row: SupplierDraft, state: SetupState) -> None:
    standing = state.suppliers.get(row.code)
    if (requisites_of(standing) if standing is not None else {}) != row.standing:
        raise SetupRefused(SetupReason.STANDS_OTHERWISE)


def _keep_draft(
    code: str, wanted: Answers, standing: Answers, *, reason: str, by: Actor, now: datetime
) -> None:
    if SupplierDraft.objects.filter(code=code, signed_at=None, refused_at=None).exists():
        raise SetupRefused(SetupReason.WAITS_ALREADY)
    row = SupplierDraft.objects.create(
        code=code,
        wanted=dict(wanted),
        standing=dict(standing),
        reason=reason,
        by_id=by.person_id,
        by_name=by.name,
        asked_at=now,
    )
    new = {key: value for key, value in wanted.items() if value != standing.get(key, "")}
    before = {key: standing.get(key, "") for key in new}
    _note(row, "supplier.asked", by=by, now=now, before=before, after=new, reason=reason)


def _waiting(public_id: str) -> SupplierDraft:
    """A draft that waits; the lock of the set-up is held, so nobody else decides it."""
    row = SupplierDraft.objects.filter(public_id=public_id).first()
    if row is None:
        raise NotFound(SetupReason.NO_SUCH_DRAFT)
    if row.signed_at or row.refused_at:
        raise SetupRefused(SetupReason.DECIDED)
    return row


def _note(
    row: SupplierDraft,
    action: str,
    *,
    by: Actor,
    now: datetime,
    before: Answers | None = None,
    after: Answers | None = None,
    reason: str = "",
) -> None:
    journal.record(
        by=by,
        action=action,
        subject="supplier_draft",
        subject_id=row.public_id,
        now=now,
        before=before,
        after={"code": row.code, **(after or {})},
        reason=reason,
    )
