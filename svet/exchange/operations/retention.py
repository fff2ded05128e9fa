"""Lines of registers as they came are forgotten when nobody asks for them; what became of them stays."""

from __future__ import annotations

from datetime import datetime

from svet.exchange.models import ImportFile, ImportRow
from svet.kernel.transactions import use_case

#: Rows a person may still ask about are kept as they came.
_WAITING = (ImportRow.State.SUSPENSE, ImportRow.State.CHANGED)


def forget_raw_lines(*, before: datetime, most: int) -> int:
    """Empty the raw lines of registers taken before a moment, ``most`` of one register; says how many.

    A register is emptied from its end, so its first line tells whether it is done: one row is read of each.
    """
    for file_id in ImportFile.objects.filter(taken_at__lt=before).order_by("pk").values_list("pk", flat=True):
        rows = ImportRow.objects.filter(file_id=file_id).exclude(state__in=_WAITING)
        first = rows.order_by("line_no").values_list("raw", flat=True).first()
        if first:
            keys = rows.exclude(raw="").order_by("-line_no").values_list("pk", flat=True)[:most]
            with use_case():
                return ImportRow.objects.filter(pk__in=list(keys)).update(raw="")
    return 0
