"""I-10: no bill and no kept file is another than when it was made; which were proved and have not moved.

A file is kept of versions before ADR 224 only: since then it is drawn from the bill that is proved here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from svet.bills.models import Bill, BillFile, ProvedBlock
from svet.bills.rules import balances, canonical, digest, from_snapshot

BLOCK = 1000
# Of a bill everything but when it was delivered. A file is not read: a row that is written anew bears another
# number of the transaction that wrote it.
_BILLS = """
SELECT w.no, b.rows, b.bits FROM unnest(%(blocks)s::bigint[]) w (no) CROSS JOIN LATERAL (
    SELECT count(*) AS rows, bit_xor(hash_record_extended(ROW(
        b.id, b.public_id, b.number, b.account_id, b.period, b.version, b.issued_at, b.issued_on, b.due_on,
        b.snapshot, b.snapshot_sha256, b.kwh, b.total_kopecks, b.payable_kopecks, b.no, b.from_seq, b.to_seq,
        b.opening_kopecks), 51)) AS bits
    FROM bills_bill b WHERE b.id >= w.no * %(block)s AND b.id < (w.no + 1) * %(block)s) b ORDER BY 1
"""
_FILES = """
SELECT w.no, f.rows, f.bits FROM unnest(%(blocks)s::bigint[]) w (no) CROSS JOIN LATERAL (
    SELECT count(*) AS rows, bit_xor(hash_record_extended(ROW(
        f.id, f.bill_id, f.masked, f.sha256, f.made_at, f.xmin::text::bigint), 52)) AS bits
    FROM bills_billfile f WHERE f.id >= w.no * %(block)s AND f.id < (w.no + 1) * %(block)s) f ORDER BY 1
"""
_COUNT = """
SELECT id / %(block)s, count(*) FROM {table}
WHERE id >= %(first)s AND id < %(end)s GROUP BY 1 ORDER BY 1
"""
_LAST = 2**63 - 1
#: The moment and the number of a proved block: in their order blocks are looked at again.
BlockAgo = tuple[datetime, int]


class CheckedBlock(NamedTuple):
    """What came of the bills or files of a block; ``breaches`` as sentences.

    ``compared``: it was proved before, and its rows are still those.
    """

    files: bool
    block: int
    rows: int
    bits: int
    breaches: tuple[str, ...]
    compared: bool = False


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


def longest_ago(at_most: int, *, files: bool) -> BlockAgo | None:
    """The last of so many proved blocks that were looked at longest ago; None: there are no more."""
    rows = ProvedBlock.objects.filter(files=files).order_by("proved_at", "block")
    return next(iter(rows.values_list("proved_at", "block")[at_most - 1 : at_most]), None)


def checked_blocks(
    *,
    first: int = 0,
    end: int | None = None,
    since: bool = False,
    until: Mapping[bool, BlockAgo | None] | None = None,
) -> Iterator[CheckedBlock]:
    """Look at the bills and files of the blocks from ``first`` on and before ``end``.

    ``since``: of those that were proved and have not moved nothing is computed. A block has not moved if its
    rows are the same; of those looked at last, behind ``until`` (of bills and of files), if they are as many.
    """
    for files, sql in ((False, _BILLS), (True, _FILES)):
        proved = {
            row.block: row
            for row in ProvedBlock.objects.filter(files=files, block__gte=first, block__lt=end or _LAST)
        }
        borders = {"block": BLOCK, "first": first * BLOCK, "end": _LAST if end is None else end * BLOCK}
        believed_from = until.get(files) if since and until is not None else None
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(table="bills_billfile" if files else "bills_bill"), borders)
            again = [
                block
                for block, rows in cursor.fetchall()
                if not _believed(proved, block, rows, believed_from)
            ]
            cursor.execute(sql, {"block": BLOCK, "blocks": again})
            found = cursor.fetchall()
        for block, rows, bits in found:
            known = proved.get(block)
            if since and known is not None and (rows, bits) == (known.rows, known.bits):
                yield CheckedBlock(files, block, rows, bits, (), compared=True)
            else:
                look = _broken_files if files else _broken_bills
                yield CheckedBlock(files, block, rows, bits, tuple(look(block)))


def _believed(
    proved: Mapping[int, ProvedBlock], block: int, rows: int, believed_from: BlockAgo | None
) -> bool:
    """Whether a block is taken for what it was: as many rows, and others were looked at longer ago."""
    known = proved.get(block)
    if known is None or believed_from is None or known.rows != rows:
        return False
    return (known.proved_at, block) > believed_from


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
