"""Entering a fact: tried, measured by what it gives back, and kept, or put back and left for another hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from svet.accounts.operations import lock_account
from svet.accounts.queries import AccountView, account_for, provider_today
from svet.billing.models import FactDraft
from svet.billing.operations.drafts.facts import VERBS, Entering, NewFact
from svet.billing.queries.hands import alone_lately, given_alone_by
from svet.billing.queries.policies import rules_for
from svet.billing.queries.reckoning import ChargedBook, charged_book, reckoned
from svet.billing.rules.drafts import (
    WAITS,
    DraftReason,
    DraftRefused,
    DraftState,
    FactEffect,
    FactKind,
    effect_of,
    needs_another,
)
from svet.billing.rules.months import plain_name
from svet.files import operations as files
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.locks import Lock, hold
from svet.kernel.periods import Month
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import again_after_deadlock, together
from svet.staffing.rules import LONGEST_REASON


class DraftNotFound(NotFound):
    """No such draft, or not for this actor."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a fact: done (``draft`` is empty), waiting as ``draft``, or only shown (``asks``).

    ``outcome``: what its own room says of it once it is done, such as a receipt.
    """

    effect: FactEffect
    outcome: str = ""
    draft: str = ""
    asks: bool = False


class _PutBack(Exception):
    """A trial is over: what was tried is undone to the last row."""

    def __init__(self, effect: FactEffect, outcome: str = "") -> None:
        super().__init__()
        self.effect, self.outcome = effect, outcome


@again_after_deadlock
def enter(
    *,
    by: Actor,
    account_public_id: str,
    fact: NewFact,
    reason: str,
    now: datetime,
    shown: str | None = None,
) -> Entered:
    """Enter a fact; if it gives back more than one hand may, it waits for another member and changes nothing.

    What it does to charged months is computed by trying it, so that every fact is measured by the one way in
    which it will be charged. One hand may give back what ``Rules.decision_kopecks`` lets it decide, with what
    one hand decided about the account lately, and ``LIMITS_OF_AUTHOR`` times that over all accounts.
    ``shown`` is the effect that its author has seen: with another one nothing is written (``Entered.asks``);
    without it a draft is written unseen, as commands do.

    :raises AccountNotFound: no such account; :raises DraftNotFound: not for this actor
    :raises DraftRefused: the same waits already; :raises Refused: what the room that owns the fact refuses
    """
    if by.kind not in (ActorKind.STAFF, ActorKind.SYSTEM):
        raise DraftNotFound(DraftReason.NOT_FOUND)
    with together():
        account = account_for(by, public_id=account_public_id)
        lock_account(account.account_id)
        _refuse_twice(account, fact, now=now)
        asked = Entering(by, account, fact.facts, reason, now)
        try:
            with transaction.atomic():
                effect, outcome = carried_out(fact.kind, asked)
                if _beyond_one_hand(effect, account, by=by, now=now):
                    raise _PutBack(effect)
        except _PutBack as back:
            if shown is not None and shown != back.effect.shown:
                return Entered(back.effect, asks=True)
            return Entered(back.effect, draft=_wait(fact, asked, back.effect).public_id)
        if effect.given:
            _keep(fact, asked, effect, state=DraftState.DONE, decided_at=now)
        return Entered(effect, outcome)


def tried(kind: FactKind, asked: Entering) -> FactEffect:
    """What a fact would do now; nothing of it stays. In the caller's transaction.

    :raises Refused: it cannot be entered any more
    """
    try:
        with transaction.atomic():
            raise _PutBack(*carried_out(kind, asked))
    except _PutBack as back:
        return back.effect


def carried_out(kind: FactKind, asked: Entering) -> tuple[FactEffect, str]:
    """Do it, and say what it does to charged months and what its room answered. In :func:`together`."""
    book = charged_book(asked.account)
    before = _reckoned(book)
    outcome = VERBS[kind].carry_out(asked)
    stands = {} if book is None else book.stands
    return effect_of(before, _reckoned(book), stands=stands), outcome


def _reckoned(book: ChargedBook | None) -> dict[Month, int] | None:
    return {} if book is None else reckoned(book)


def _refuse_twice(account: AccountView, fact: NewFact, *, now: datetime) -> None:
    waiting = FactDraft.objects.filter(
        account_id=account.account_id,
        kind=fact.kind.value,
        facts=dict(fact.facts),
        state=DraftState.WAITING.value,
        expires_at__gt=now,
    )
    if waiting.exists():
        raise DraftRefused(DraftReason.TWICE)


def _beyond_one_hand(effect: FactEffect, account: AccountView, *, by: Actor, now: datetime) -> bool:
    if not effect.given:
        return False
    # Behind the account's, so that of what one author enters at once about others each is counted.
    hold(Lock.ONE_HAND, by.name if by.person_id is None else by.person_id)
    month = Month.of(provider_today(account.provider, now))
    return needs_another(
        given=effect.given,
        alone=alone_lately(account.account_id, now=now),
        of_author=given_alone_by(by, now=now),
        limit=rules_for(account.provider.provider_id, month).decision_kopecks,
    )


def _wait(fact: NewFact, asked: Entering, effect: FactEffect) -> FactDraft:
    until = asked.now + WAITS
    row = _keep(fact, asked, effect, state=DraftState.WAITING, expires_at=until)
    hold_proof(row, until=until)
    record_draft(row, action="draft.written", by=asked.by, now=asked.now, reason=row.reason)
    return row


def _keep(
    fact: NewFact, asked: Entering, effect: FactEffect, *, state: DraftState, **more: datetime
) -> FactDraft:
    return FactDraft.objects.create(
        account_id=asked.account.account_id,
        kind=fact.kind.value,
        facts=dict(fact.facts),
        reason=" ".join(asked.reason.split())[:LONGEST_REASON],
        given_kopecks=effect.given,
        since=effect.months[0].month.first if effect.months else None,
        months=len(effect.months),
        by_id=asked.by.person_id,
        by_name=plain_name(asked.by.name)[:100],
        written_at=asked.now,
        state=state.value,
        **more,
    )


def hold_proof(row: FactDraft, *, until: datetime) -> None:
    """Let the photo of a draft, if any, wait until a moment; some time after it is forgotten (a step)."""
    if row.facts.get("photo"):
        files.hold_photo(photo_public_id=row.facts["photo"], by=author_of(row), until=until)


def record_draft(row: FactDraft, *, action: str, by: Actor, now: datetime, reason: str = "") -> None:
    """Tell the journal what became of a draft (a step)."""
    journal.record(
        by=by,
        action=action,
        subject="draft",
        subject_id=row.public_id,
        now=now,
        account_id=row.account_id,
        after={"kind": row.kind, "given_kopecks": row.given_kopecks, "months": row.months},
        reason=reason,
    )


def author_of(row: FactDraft) -> Actor:
    """Whoever has written a draft, as the author of what it enters."""
    if row.by_id is None:
        return Actor.system(row.by_name)
    return Actor.staff(row.by_id, name=row.by_name)


def asked_by(row: FactDraft, account: AccountView, *, now: datetime) -> Entering:
    """A draft as what its author asks for, at the moment at which it is tried or signed."""
    return Entering(author_of(row), account, row.facts, row.reason, now)
