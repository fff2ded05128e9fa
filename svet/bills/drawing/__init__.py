"""The bill on paper: one A4 page with the payment code; the same document gives the same bytes."""

from svet.bills.drawing.page import draw

__all__ = ["draw"]
