"""One writer of a provider's charges at a time, whatever its months."""

from __future__ import annotations

from svet.kernel.locks import Lock, held, hold
from svet.kernel.transactions import use_case


def one_at_a_time(provider_id: int) -> None:
    """Wait until nobody else charges this provider or changes its rules; held until the transaction ends."""
    hold(Lock.BILLING, provider_id)


def somebody_charges(provider_id: int) -> bool:
    """Whether somebody charges this provider, or changes its rules, at this moment; waits for nobody."""
    with use_case():
        return held(Lock.BILLING, provider_id)
