"""The bound cards of a person, as they see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.payments.models import BoundCard
from svet.payments.rules.bindings import MeansKind


@dataclass(frozen=True, slots=True)
class CardView:
    """A bound card, or a bound account of СБП (``kind``), as its person sees it."""

    public_id: str
    name: str
    system: str
    last4: str
    expires: str
    bound_at: datetime
    kind: MeansKind = MeansKind.CARD
    bank: str = ""

    @property
    def is_sbp(self) -> bool:
        """Whether it is an account and no card."""
        return self.kind is MeansKind.SBP

    @property
    def shown(self) -> str:
        """«Мир •• 2987», «СБП, Банк «Пример»»."""
        if self.is_sbp:
            return ", ".join(part for part in (self.system, self.bank) if part)
        return f"{self.system} •• {self.last4}".strip()

    @property
    def title(self) -> str:
        """The same with the person's own name before it."""
        return f"{self.name} ({self.shown})" if self.name else self.shown


def cards(*, person_id: int) -> list[CardView]:
    """The bound cards of a person, the newest first."""
    rows = BoundCard.objects.filter(person_id=person_id, unbound_at__isnull=True).order_by("-bound_at", "-id")
    return [card_view(row) for row in rows]


def card_view(row: BoundCard) -> CardView:
    """A bound card as a value."""
    return CardView(
        row.public_id,
        row.name,
        row.system,
        row.last4,
        row.expires,
        row.bound_at,
        MeansKind(row.kind),
        row.bank,
    )
