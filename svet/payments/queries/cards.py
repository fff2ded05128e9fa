"""The bound cards of a person, as they see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from svet.payments.models import BoundCard
from svet.payments.rules.bindings import SBP_SYSTEM, MeansKind

#: A card as banks write it: «Мир *2987», «Bank card *4444».
_NUMBERED = re.compile(r"(.*?)\s*[*•]+\s*(\d{4})")


def system_name(system: str) -> str:
    """A payment system by its name in the reader's language."""
    return {"Мир": _("Мир"), SBP_SYSTEM: _("СБП"), "Bank card": _("Карта")}.get(system, system)


def means_shown(method: str) -> str:
    """What a bank was paid by, written as bound cards are: «Мир •• 2987»."""
    card = _NUMBERED.fullmatch(method)
    return f"{system_name(card[1])} •• {card[2]}".strip() if card else system_name(method)


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
            return ", ".join(part for part in (system_name(self.system), self.bank) if part)
        return f"{system_name(self.system)} •• {self.last4}".strip()

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
