"""Lists of desks as files for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO


def line_of(cells: Sequence[str]) -> str:
    """Cells as a line of a file for Russian spreadsheets."""
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue()
