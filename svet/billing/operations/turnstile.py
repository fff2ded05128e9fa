"""Who may charge a provider's accounts: many at once, never two the same one, nobody while rules change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from svet.kernel.locks import Lock, held, hold, hold_all, share, waiting
from svet.kernel.transactions import use_case

#: So many neighbouring keys of accounts are locked as one.
_BLOCK: Final = 4_096


def together_with_others(provider_id: int) -> None:
    """Charge this provider beside others; whoever is :func:`one_at_a_time` waits for all of them.

    A register that tells of accounts is waited for, and waits for this: what it brings bears the moment at
    which it began, and a charge would be proved by news that it could not see.
    """
    share(Lock.BILLING, provider_id)
    share(Lock.NEWS_OF_ACCOUNTS)


def nobody_else_charges(account_ids: Iterable[int]) -> None:
    """Wait until nobody charges these accounts, for whatever month; held until the transaction ends."""
    hold_all(Lock.CHARGED_ACCOUNTS, {account_id // _BLOCK for account_id in account_ids})


def one_at_a_time(provider_id: int, *, patience: int | None = None) -> None:
    """Wait until nobody else charges this provider or changes its rules; held until the transaction ends.

    Nor does a register bring news of accounts meanwhile (see :func:`together_with_others`). A batch takes
    seconds, a large register minutes: ``patience`` seconds are waited for each, None: as long as it takes.
    :raises Occupied: neither was over in time
    """
    with waiting(patience):
        hold(Lock.BILLING, provider_id)
        share(Lock.NEWS_OF_ACCOUNTS)


def somebody_charges(provider_id: int) -> bool:
    """Whether somebody charges this provider, or changes its rules, at this moment; waits for nobody."""
    with use_case():
        return held(Lock.BILLING, provider_id)
