"""The bill on paper: one A4 page with the payment code; the same document gives the same bytes.

reportlab may not be used from two threads at once: every canvas is a ``Sheets``, which has the lock (ADR
0078).
"""

from svet.bills.drawing.control import Control, draw_control
from svet.bills.drawing.page import draw, draw_batch

__all__ = ["Control", "draw", "draw_batch", "draw_control"]
