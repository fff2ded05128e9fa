"""Who issues which bills: many processes share a month, and no two have the same account."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import takewhile
from typing import Final

from svet.billing.queries.months import has_unissued_before
from svet.bills import queries
from svet.kernel.locks import Lock, free, hold, hold_all, share
from svet.kernel.periods import Month

#: So many neighbouring keys of accounts are locked as one; the last ones of a month are one process's alone.
_BLOCK: Final = 512


class Turns:
    """The accounts of a month's issue as one process comes to them: batch after batch, others' left out.

    Towards the end batches become smaller, so that nobody is done long before the others.
    The bills of an account chain over the months. So where an earlier month may still be issued nothing is
    passed over: this one waits behind it, block after block.
    """

    def __init__(self, provider_id: int, period: Month) -> None:
        self._provider_id, self._period = provider_id, period
        self.waits = has_unissued_before(provider_id=provider_id, period=period)
        self._after = 0
        self._last = queries.last_charged(provider_id=provider_id, period=period)

    def take(self, limit: int) -> list[int] | None:
        """The next accounts to bill, held until the transaction ends (a step); None: all were looked at.

        None of them may be left after others took a block first: an empty list.
        """
        share(Lock.BILL_ISSUE, self._provider_id)
        first = self._unissued(1)
        if not first:
            return None
        block = first[0] // _BLOCK
        # No batch takes more than half of what is left.
        left = self._last // _BLOCK - block + 1
        blocks: Sequence[int] = range(block, block + max(1, min(limit // _BLOCK, left // 2)))
        if self.waits:
            hold_all(Lock.BILLED_ACCOUNTS, blocks)
        else:
            blocks = [*takewhile(partial(free, Lock.BILLED_ACCOUNTS), blocks)]
        if not blocks:
            self._after = (block + 1) * _BLOCK - 1
            return []
        # Only now: whoever had them may have issued them.
        found = self._unissued(limit, until=(blocks[-1] + 1) * _BLOCK - 1)
        self._after = found[-1] if found else self._after
        return found

    def over(self) -> bool:
        """Whether every bill of the month is out, once those at work have done their batch (a step).

        If not, one goes on from the first that is left: whoever held it may have died.
        """
        hold(Lock.BILL_ISSUE, self._provider_id)
        self._after = 0
        left = self._unissued(1)
        if left:
            self._after = left[0] - 1
        return not left

    def _unissued(self, limit: int, *, until: int | None = None) -> list[int]:
        return queries.unissued(
            provider_id=self._provider_id, period=self._period, after=self._after, until=until, limit=limit
        )
