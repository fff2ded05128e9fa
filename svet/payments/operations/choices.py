"""What a payer chooses for all their payments."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.transactions import use_case
from svet.payments.models import PayerChoice
from svet.payments.operations.cards import CardRefused
from svet.payments.queries.choices import unasked_sum
from svet.payments.rules import UNASKED_MOST
from svet.payments.rules.refusals import CardReason


def choose_unasked(*, by: Actor, money: Money, now: datetime) -> None:
    """Charge a bound card by one press up to this sum, without asking once more; nothing: ask always.

    :raises CardRefused: above what may go unasked
    """
    if money > UNASKED_MOST:
        raise CardRefused(CardReason.UNASKED, field="unasked", details={"max": UNASKED_MOST})
    person_id = by.person_id or 0
    with use_case():
        before = unasked_sum(person_id)
        if money == before:
            return
        if money > ZERO:
            changed = {"unasked_kopecks": money.kopecks, "changed_at": now}
            PayerChoice.objects.update_or_create(person_id=person_id, defaults=changed)
        else:
            PayerChoice.objects.filter(person_id=person_id).delete()
        journal.record(
            by=by,
            action="payments.unasked",
            subject="person",
            subject_id="",
            now=now,
            before={"kopecks": before.kopecks},
            after={"kopecks": money.kopecks},
        )
