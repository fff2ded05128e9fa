"""The months of «История»: a heading with what it adds up to, and its cards in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from svet.cabinet.history.cards import Shown, show
from svet.history.queries import MonthOfCards
from svet.kernel.periods import Month
from svet.look.formats import roubles


@dataclass(frozen=True, slots=True)
class ShownMonth:
    """A month's heading with its sums, and its cards."""

    month: Month
    sums: str
    cards: tuple[Shown, ...]


def show_month(found: MonthOfCards, *, person_id: int) -> ShownMonth:
    """A month in words."""
    parts = []
    if found.charged:
        parts.append(_("начислено %(sum)s") % {"sum": roubles(found.charged)})
    if found.paid:
        parts.append(_("оплачено %(sum)s") % {"sum": roubles(found.paid)})
    return ShownMonth(
        found.month, ", ".join(parts), tuple(show(card, person_id=person_id) for card in found.cards)
    )
