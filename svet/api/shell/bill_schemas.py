"""Bills as programs get them."""

from __future__ import annotations

from datetime import date

from ninja import Schema


class BillOut(Schema):
    """Kopecks by the names of the page and the PDF; a debt is positive, an overpayment a closing below zero.

    opening + charged + earlier + recalculated + penalty + refunded − paid = closing; payable = closing, never
    below 0.
    """

    id: str
    number: str
    account_id: str
    period: str
    issued_on: date
    due_on: date
    kwh: str
    opening_kopecks: int
    charged_kopecks: int
    earlier_kopecks: int
    recalculated_kopecks: int
    penalty_kopecks: int
    paid_kopecks: int
    refunded_kopecks: int
    closing_kopecks: int
    payable_kopecks: int


class MovementOut(Schema):
    """``kind``: payment, refund, correction, opening, or charge (of a month that had no bill)."""

    kind: str
    on: date
    kopecks: int
    late: bool


class BillDetailOut(BillOut):
    """``document`` is the bill's immutable snapshot: every line with its readings and tariff row."""

    holder: str
    address: str
    movements: list[MovementOut]
    lines: list[dict[str, object]]
    readings: list[dict[str, object]]
    # What of the closing sum is consumption, fees and penalties, with the days behind each penalty; null
    # where the account never had a penalty or a fee.
    streams: dict[str, object] | None = None
