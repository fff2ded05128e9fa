"""Lines of registers as they came are forgotten when nobody asks for them; what became of them stays."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from svet.exchange.models import ImportFile, ImportRow, LoadedFile
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


def forget_rejects(*, before: datetime, most: int) -> int:
    """Empty the rejected lines of registers decided by page before a moment, ``most`` files; says how many.

    They are lines as they came, with the names and addresses of the others; sentences about them quote them.
    """
    old = LoadedFile.objects.filter(decided_at__lt=before).exclude(Q(rejects=b"") & Q(verdict__faults=[]))
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:most])
    with use_case():
        for one in LoadedFile.objects.select_for_update().filter(pk__in=keys).defer("content"):
            one.rejects = b""
            one.verdict = {**one.verdict, "faults": []}
            one.save(update_fields=["rejects", "verdict"])
    return len(keys)
