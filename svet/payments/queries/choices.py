"""What a payer has chosen for all their payments."""

from __future__ import annotations

from svet.kernel.money import ZERO, Money
from svet.payments.models import PayerChoice


def unasked_sum(person_id: int) -> Money:
    """Up to which sum a bound card is charged without asking once more; nothing: it is always asked."""
    row = PayerChoice.objects.filter(person_id=person_id).first()
    return ZERO if row is None else Money(row.unasked_kopecks)
