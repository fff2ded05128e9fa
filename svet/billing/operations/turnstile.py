"""Who may charge a provider's accounts: many at once, never two the same one, nobody while rules change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import connection

from svet.kernel.locks import Busy, Lock, held, hold, hold_all, is_held, patience, share
from svet.kernel.serving import is_serving
from svet.kernel.transactions import use_case

#: So many neighbouring keys of accounts are locked as one.
_BLOCK: Final = 4_096
#: After so many seconds of waiting it is told, and waited on: a worker may be silent for minutes, no longer.
_TURN: Final = 10.0
_TOLD: ContextVar[Callable[[], object] | None] = ContextVar("told", default=None)
P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def told_while_waiting(tell: Callable[[], object]) -> Iterator[None]:
    """Whoever waits inside, by :func:`waits_with_a_sign`, tells it every few seconds, in no transaction."""
    before = _TOLD.set(tell)
    try:
        yield
    finally:
        _TOLD.reset(before)


def waits_with_a_sign(operation: Callable[P, R]) -> Callable[P, R]:
    """Let a use case that begins with its locks begin again while others hold them, for however long.

    A page does not: it is told that somebody is :class:`~svet.kernel.locks.Busy`.
    """

    @wraps(operation)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block or is_serving():
            return operation(*args, **kwargs)
        while True:
            try:
                with patience(_TURN):
                    return operation(*args, **kwargs)
            except Busy:
                tell = _TOLD.get()
                if tell is not None:
                    tell()

    return tried


def a_register_is_taken() -> bool:
    """Whether a register that tells of accounts is being taken: whoever charges waits for its end."""
    return is_held(Lock.NEWS_OF_ACCOUNTS)


def together_with_others(provider_id: int) -> None:
    """Charge this provider beside others; whoever is :func:`one_at_a_time` waits for all of them.

    A register that tells of accounts is waited for, and waits for this: what it brings bears the moment at
    which it began, and a charge would be proved by news that it could not see. It is the first lock, here and
    below: nobody who has a provider's waits for a register.
    """
    share(Lock.NEWS_OF_ACCOUNTS)
    share(Lock.BILLING, provider_id)


def nobody_else_charges(account_ids: Iterable[int]) -> None:
    """Wait until nobody charges these accounts, for whatever month; held until the transaction ends."""
    hold_all(Lock.CHARGED_ACCOUNTS, {account_id // _BLOCK for account_id in account_ids})


def one_at_a_time(provider_id: int) -> None:
    """Wait until nobody else charges this provider or changes its rules; held until the transaction ends.

    Nor does a register bring news of accounts meanwhile (see :func:`together_with_others`).
    """
    share(Lock.NEWS_OF_ACCOUNTS)
    hold(Lock.BILLING, provider_id)


def somebody_charges(provider_id: int) -> bool:
    """Whether somebody charges this provider, or changes its rules, at this moment; waits for nobody."""
    with use_case():
        return held(Lock.BILLING, provider_id)
