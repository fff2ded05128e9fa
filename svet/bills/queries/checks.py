"""I-10: no bill and no kept file is another than when it was made; which were proved and have not moved.

A file is kept of versions before ADR 224 only: since then it is drawn from the bill that is proved here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from svet.bills.models import Bill, BillFile, ProvedBlock
from svet.bills.rules import balances, canonical, digest, from_snapshot

BLOCK = 1000
# Of a bill everything but when it was delivered. A file is not read: a row that is written anew bears another
# number of the transaction that wrote it.
_BILLS = """
SELECT b.id / %(block)s, count(*), bit_xor(hash_record_extended(ROW(
    b.id, b.public_id, b.number, b.account_id, b.period, b.version, b.issued_at, b.issued_on, b.due_on,
    b.snapshot, b.snapshot_sha256, b.kwh, b.total_kopecks, b.payable_kopecks, b.no, b.from_seq, b.to_seq,
    b.opening_kopecks), 51))
FROM bills_bill b WHERE b.id >= %(first)s AND b.id < %(end)s GROUP BY 1 ORDER BY 1
"""
_FILES = """
SELECT f.id / %(block)s, count(*), bit_xor(hash_record_extended(ROW(
    f.id, f.bill_id, f.masked, f.sha256, f.made_at, f.xmin::text::bigint), 52))
FROM bills_billfile f WHERE f.id >= %(first)s AND f.id < %(end)s GROUP BY 1 ORDER BY 1
"""
_LAST = 2**63 - 1


class CheckedBlock(NamedTuple):
    """What came of the bills or files of a block; ``breaches`` as sentences."""

    files: bool
    block: int
    rows: int
    bits: int
    breaches: tuple[str, ...]


def broken(*, limit: int = 50) -> list[str]:
    """Bills whose snapshot or file no longer matches the hash taken when it was made (I-10)."""
    found: list[str] = []
    for block in checked_blocks():
        found += block.breaches
        if len(found) >= limit:
            break
    return found[:limit]


def block_count() -> int:
    """How many blocks of bills there are, empty ones with them."""
    newest = Bill.objects.order_by("-pk").values_list("pk", flat=True).first()
    files = BillFile.objects.order_by("-pk").values_list("pk", flat=True).first()
    return max(newest or 0, files or 0) // BLOCK + 1


def checked_blocks(*, first: int = 0, end: int | None = None, since: bool = False) -> Iterator[CheckedBlock]:
    """Look at the bills and files of the blocks from ``first`` on and before ``end``.

    ``since``: those that were proved and have not moved are left out.
    """
    for files, sql in ((False, _BILLS), (True, _FILES)):
        proved = {
            (row.block, row.rows, row.bits)
            for row in ProvedBlock.objects.filter(files=files, block__gte=first, block__lt=end or _LAST)
        }
        with connection.cursor() as cursor:
            last = _LAST if end is None else end * BLOCK
            cursor.execute(sql, {"block": BLOCK, "first": first * BLOCK, "end": last})
            found = cursor.fetchall()
        for block, rows, bits in found:
            if not since or (block, rows, bits) not in proved:
                look = _broken_files if files else _broken_bills
                yield CheckedBlock(files, block, rows, bits, tuple(look(block)))


def _broken_bills(block: int) -> Iterator[str]:
    for bill in Bill.objects.filter(pk__gte=block * BLOCK, pk__lt=(block + 1) * BLOCK).order_by("pk"):
        if digest(canonical(bill.snapshot)) != bill.snapshot_sha256:
            yield _("счёт {number}: содержание не сходится с его отпечатком").format(number=bill.number)
            continue
        document = from_snapshot(bill.snapshot)
        sums = document.sums
        if document.total != bill.total_kopecks or sums.closing != bill.payable_kopecks:
            yield _("счёт {number}: суммы не те, что в его содержании").format(number=bill.number)
        elif (document.issued_on, document.due_on) != (bill.issued_on, bill.due_on):
            yield _("счёт {number}: дни не те, что в его содержании").format(number=bill.number)
        elif not balances(sums):
            yield _("счёт {number}: начало, начисленное и оплаченное не дают итога").format(
                number=bill.number
            )


def _broken_files(block: int) -> Iterator[str]:
    rows = BillFile.objects.filter(pk__gte=block * BLOCK, pk__lt=(block + 1) * BLOCK).order_by("pk")
    for file in rows.iterator(chunk_size=100):
        if hashlib.sha256(bytes(file.content)).hexdigest() != file.sha256:
            yield _("файл счёта {number}: содержание не сходится с его отпечатком").format(number=file.pk)
