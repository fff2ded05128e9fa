"""A draft is signed by another member, refused by one, withdrawn by its author, or over by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from svet.accounts.operations import lock_account
from svet.accounts.queries import AccountView, account_for
from svet.billing.models import FactDraft
from svet.billing.operations.drafts.entering import (
    DraftNotFound,
    asked_by,
    carried_out,
    hold_proof,
    record_draft,
    tried,
)
from svet.billing.operations.drafts.facts import VERBS
from svet.billing.rules.drafts import DRAFT_MOVES, DraftReason, DraftRefused, DraftState, FactEffect, FactKind
from svet.billing.rules.months import plain_name
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.moving import move_row
from svet.kernel.transactions import again_after_deadlock, together, use_case
from svet.staffing.queries import member_of
from svet.staffing.rules import checked_reason

_CLOCK = Actor.system("drafts")


def preview_draft(*, by: Actor, draft_public_id: str, now: datetime) -> FactEffect:
    """What a draft that waits would do now; it is tried and put back.

    :raises DraftNotFound: no such draft; :raises DraftRefused: it waits no more
    :raises Refused: its fact cannot be entered any more
    """
    with together():
        row, account = _locked(by, draft_public_id, now=now)
        return tried(FactKind(row.kind), asked_by(row, account, now=now))


@again_after_deadlock
def sign_draft(*, by: Actor, draft_public_id: str, shown: str, now: datetime) -> str:
    """Put the second signature under a draft: its fact is entered now; says what its room answered.

    Both hands must have the right to it at this moment, and it must do what ``shown`` says that the signer
    has seen: facts may have moved meanwhile.

    :raises DraftNotFound: no such draft
    :raises DraftRefused: it waits no more, the hand is the author's, one of the two lacks the right, or it
        would now do something else than was shown
    :raises Refused: its fact cannot be entered any more
    """
    with together():
        row, account = _locked(by, draft_public_id, now=now)
        _refuse_hand(row, by)
        effect, outcome = carried_out(FactKind(row.kind), asked_by(row, account, now=now))
        if effect.shown != shown:
            raise DraftRefused(DraftReason.CHANGED)
        _decide(
            row,
            DraftState.DONE,
            by=by,
            now=now,
            given_kopecks=effect.given,
            months=len(effect.months),
            since=effect.months[0].month.first if effect.months else None,
        )
        record_draft(row, action="draft.signed", by=by, now=now)
    return outcome


def refuse_draft(*, by: Actor, draft_public_id: str, reason: str, now: datetime) -> None:
    """Say no to the draft of another member, for a reason its author will read.

    :raises DraftNotFound: no such draft; :raises StaffRefused: no reason
    :raises DraftRefused: it waits no more, it is one's own, or one lacks the right
    """
    words = checked_reason(reason)
    with use_case():
        row, _account = _locked(by, draft_public_id, now=now)
        if by.person_id is None or by.person_id == row.by_id:
            raise DraftRefused(DraftReason.SAME_HAND)
        _refuse_without_right(row, by)
        _decide(row, DraftState.REFUSED, by=by, now=now, decided_reason=words)
        hold_proof(row, until=now)
        record_draft(row, action="draft.refused", by=by, now=now, reason=words)


def withdraw_draft(*, by: Actor, draft_public_id: str, now: datetime) -> None:
    """Take one's own draft back. :raises DraftNotFound: :raises DraftRefused: it is over, or another's"""
    with use_case():
        row, _account = _locked(by, draft_public_id, now=now)
        if by.person_id is None or by.person_id != row.by_id:
            raise DraftRefused(DraftReason.NOT_YOURS)
        _decide(row, DraftState.WITHDRAWN, by=by, now=now)
        hold_proof(row, until=now)
        record_draft(row, action="draft.withdrawn", by=by, now=now)


def expire_drafts(*, now: datetime) -> int:
    """End the drafts that nobody has signed in time; says how many. By then none of them can be signed."""
    ended = 0
    over = FactDraft.objects.filter(state=DraftState.WAITING.value, expires_at__lte=now)
    for key in list(over.order_by("pk").values_list("pk", flat=True)):
        with use_case():
            row = over.filter(pk=key).select_for_update().first()
            if row is not None:
                _decide(row, DraftState.EXPIRED, by=_CLOCK, now=now)
                record_draft(row, action="draft.expired", by=_CLOCK, now=now)
                ended += 1
    return ended


def _refuse_hand(row: FactDraft, by: Actor) -> None:
    """The second hand is another member, and both may do it today. :raises DraftRefused:"""
    if by.person_id is None or by.person_id == row.by_id:
        raise DraftRefused(DraftReason.SAME_HAND)
    _refuse_without_right(row, by)
    if row.by_id is not None and not _may(row, row.by_id):
        raise DraftRefused(DraftReason.AUTHOR_LEFT)


def _refuse_without_right(row: FactDraft, by: Actor) -> None:
    if by.person_id is None or not _may(row, by.person_id):
        raise DraftRefused(DraftReason.NO_RIGHT)


def _may(row: FactDraft, person_id: int) -> bool:
    member = member_of(person_id=person_id)
    return member is not None and VERBS[FactKind(row.kind)].permission in member.permissions


def _locked(by: Actor, public_id: str, *, now: datetime) -> tuple[FactDraft, AccountView]:
    """A draft that waits, with its account locked, in the order in which everything locks it.

    :raises DraftNotFound: :raises DraftRefused: it waits no more
    """
    if by.kind is not ActorKind.STAFF:
        raise DraftNotFound(DraftReason.NOT_FOUND)
    known = (
        FactDraft.objects.filter(public_id=public_id).values_list("account_id", "account__public_id").first()
    )
    if known is None:
        raise DraftNotFound(DraftReason.NOT_FOUND)
    account_id, account_public_id = known
    lock_account(account_id)
    row = FactDraft.objects.select_for_update().get(public_id=public_id)
    if row.state != DraftState.WAITING:
        raise DraftRefused(DraftReason.DECIDED)
    if row.expires_at is not None and row.expires_at <= now:
        raise DraftRefused(DraftReason.EXPIRED)
    return row, account_for(by, public_id=account_public_id)


def _decide(row: FactDraft, to: DraftState, *, by: Actor, now: datetime, **more: Any) -> None:
    changes = {
        "decided_by_id": by.person_id,
        "decided_by_name": plain_name(by.name)[:100],
        "decided_at": now,
        **more,
    }
    move_row(row, moves=DRAFT_MOVES, to=to, changes=changes)
