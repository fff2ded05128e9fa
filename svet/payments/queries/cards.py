"""The bound cards of a person, as they see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.payments.models import BoundCard


@dataclass(frozen=True, slots=True)
class CardView:
    """A bound card as its person sees it."""

    public_id: str
    name: str
    system: str
    last4: str
    expires: str
    bound_at: datetime

    @property
    def title(self) -> str:
        """«Мир •• 2987», with the person's own name before it."""
        shown = f"{self.system} •• {self.last4}".strip()
        return f"{self.name} ({shown})" if self.name else shown


def cards(*, person_id: int) -> list[CardView]:
    """The bound cards of a person, the newest first."""
    rows = BoundCard.objects.filter(person_id=person_id, unbound_at__isnull=True).order_by("-bound_at", "-id")
    return [card_view(row) for row in rows]


def card_view(row: BoundCard) -> CardView:
    """A bound card as a value."""
    return CardView(row.public_id, row.name, row.system, row.last4, row.expires, row.bound_at)
