"""What other rooms do in the step that ends keys for programs: they say so when Django starts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, Protocol

from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction


class KeysStep(Protocol):
    """Ends what was set up with these keys; ``keys`` None: with all of them. In the caller's transaction."""

    def __call__(
        self, *, person_id: int, keys: Collection[str] | None, by: Actor, now: datetime
    ) -> object: ...


_STEPS: Final[list[KeysStep]] = []


def when_keys_end(step: KeysStep) -> None:
    """Take the step whenever keys are revoked; the same step twice is one."""
    if step not in _STEPS:
        _STEPS.append(step)


def keys_ended(*, person_id: int, keys: Collection[str] | None, by: Actor, now: datetime) -> None:
    """Take the steps (a step)."""
    require_transaction()
    for step in _STEPS:
        step(person_id=person_id, keys=keys, by=by, now=now)
