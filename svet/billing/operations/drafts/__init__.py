"""Facts that give money back: one hand up to the supplier's limit, beyond it a draft (ADR 237)."""

from svet.billing.operations.drafts.deciding import (
    expire_drafts,
    preview_draft,
    refuse_draft,
    sign_draft,
    withdraw_draft,
)
from svet.billing.operations.drafts.entering import DraftNotFound, Entered, enter

__all__ = [
    "DraftNotFound",
    "Entered",
    "enter",
    "expire_drafts",
    "preview_draft",
    "refuse_draft",
    "sign_draft",
    "withdraw_draft",
]
