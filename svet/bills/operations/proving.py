"""Proving that bills are as they were issued, and keeping which were proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from svet.bills.models import ProvedBlock
from svet.bills.queries.checks import BlockAgo, CheckedBlock, block_count, checked_blocks
from svet.kernel.transactions import is_copy, picture, use_case

_MOST = 50


class ProvedBills(NamedTuple):
    """Breaches of I-10, and how many bills and files had to be looked at."""

    breaches: tuple[str, ...] = ()
    looked: int = 0

    def and_(self, other: ProvedBills) -> ProvedBills:
        """Both together."""
        return ProvedBills(self.breaches + other.breaches, self.looked + other.looked)


def prove_bills(
    *,
    since: bool,
    now: datetime,
    first: int = 0,
    end: int | None = None,
    longest_ago: Mapping[bool, BlockAgo | None] | None = None,
) -> ProvedBills:
    """Look at the bills and files of the blocks from ``first`` on and before ``end``; keep what was right.

    ``since``: only at blocks that are not proved yet or have moved; see :func:`checked_blocks`.
    """
    found, kept = ProvedBills(), list[CheckedBlock]()
    with picture():
        for block in checked_blocks(first=first, end=end, since=since, until=longest_ago):
            found = found.and_(ProvedBills(block.breaches, 0 if block.compared else block.rows))
            if not block.breaches:
                kept.append(block)
            elif len(found.breaches) >= _MOST:
                break
    if kept and not is_copy():
        with use_case():
            _keep(kept, now=now)
    return found


def bill_ranges(parts: int) -> list[tuple[int, int | None]]:
    """About so many pieces of the blocks, for processes to share: (first, end)."""
    blocks = block_count()
    width = max(1, -(-blocks // parts))
    return [(start, start + width if start + width < blocks else None) for start in range(0, blocks, width)]


def _keep(blocks: Sequence[CheckedBlock], *, now: datetime) -> None:
    ProvedBlock.objects.bulk_create(
        [
            ProvedBlock(files=block.files, block=block.block, rows=block.rows, bits=block.bits, proved_at=now)
            for block in blocks
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["files", "block"],
        update_fields=["rows", "bits", "proved_at"],
    )
