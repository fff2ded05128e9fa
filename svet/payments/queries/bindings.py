"""Accounts of СБП that a person is binding, and where they can bind one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.payments.models import AccountBinding
from svet.payments.rules.bindings import GOING, BindingState


@dataclass(frozen=True, slots=True)
class BindingView:
    """Where a binding stands; ``page_url`` is the bank's page while the person is awaited there."""

    public_id: str
    state: BindingState
    page_url: str
    created_at: datetime
    card: str

    @property
    def going(self) -> bool:
        """Whether it is not decided yet."""
        return self.state in GOING


def binding_of(*, person_id: int, public_id: str) -> BindingView | None:
    """One binding of a person; None: absent or somebody else's."""
    rows = AccountBinding.objects.filter(person_id=person_id, public_id=public_id.replace("\0", ""))
    row = rows.select_related("card").first()
    if row is None:
        return None
    card = row.card.public_id if row.card is not None and row.card.unbound_at is None else ""
    return BindingView(row.public_id, BindingState(row.state), row.page_url, row.created_at, card)
