"""Writes of autopay: agreeing, pausing, ending, skipping; telling, charging and tidying by jobs."""

from svet.autopay.operations.charging import charge_due, follow_charges
from svet.autopay.operations.deciding import end, pause, resume, skip, skip_by_key
from svet.autopay.operations.holding import hold_promised
from svet.autopay.operations.offering import OfferRequest, confirm, offer
from svet.autopay.operations.telling import tell_due
from svet.autopay.operations.tidying import tidy

__all__ = [
    "OfferRequest",
    "charge_due",
    "confirm",
    "end",
    "follow_charges",
    "hold_promised",
    "offer",
    "pause",
    "resume",
    "skip",
    "skip_by_key",
    "tell_due",
    "tidy",
]
