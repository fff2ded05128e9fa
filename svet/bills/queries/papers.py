"""Whose a PDF is that somebody shows."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from svet.bills.models import BillFile, BillPaper


class GivenPaper(NamedTuple):
    """A PDF of ours: of which bill and account (number), ``masked`` without the holder, first when."""

    number: str
    account: str
    masked: bool
    made_at: datetime


def given_papers(sha256: str) -> list[GivenPaper]:
    """The bills of which a PDF with these bytes was given out: one, or none."""
    found = list[GivenPaper]()
    for rows in (BillPaper.objects, BillFile.objects):
        found += [
            GivenPaper(*row)
            for row in rows.filter(sha256=sha256).values_list(
                "bill__number", "bill__account__number", "masked", "made_at"
            )
        ]
    return found
