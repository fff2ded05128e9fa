"""Lines of registers as they came are forgotten when nobody asks for them; what became of them stays."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db.models import Q

from svet.exchange.models import ImportFile, ImportRow, LoadedFile
from svet.exchange.operations.loading import DECIDABLE, UNDER_WAY, throw_file
from svet.exchange.rules.refusals import FileRefused
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case

#: Rows a person may still ask about are kept as they came, for a longer term of their own.
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


def forget_waiting_lines(*, before: datetime, most: int) -> int:
    """Empty the lines that wait of registers taken before a moment, ``most`` of them; says how many.

    Whose money it is can be asked in court for three years (Civil Code, 196). The payer, the account and the
    sum of such a payment stand in the books and stay; only the line as it came is emptied.
    """
    rows = ImportRow.objects.filter(state__in=_WAITING, file__taken_at__lt=before).exclude(raw="")
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    with use_case():
        return ImportRow.objects.filter(pk__in=keys).update(raw="") if keys else 0


def forget_undecided(*, before: datetime, most: int, now: datetime) -> int:
    """Throw away registers loaded before a moment that nobody has decided, ``most`` of them; says how many.

    Nothing of them was ever taken. Whoever has the file may load it again.
    """
    waiting = LoadedFile.objects.filter(loaded_at__lt=before, state__in=DECIDABLE | UNDER_WAY).order_by("pk")
    thrown = 0
    for public_id in list(waiting.values_list("public_id", flat=True)[:most]):
        # A colleague decided it at this very moment: then it is theirs.
        with suppress(FileRefused):
            throw_file(
                public_id=public_id, by=Actor.system("retention"), now=now, states=DECIDABLE | UNDER_WAY
            )
            thrown += 1
    return thrown


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
