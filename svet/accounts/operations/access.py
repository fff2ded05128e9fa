"""What other rooms do in the step that ends an access to an account: they say so when Django starts."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from svet.accounts.models import Account
from svet.kernel.transactions import require_transaction
from svet.people import operations as people


class AccessStep(Protocol):
    """Drops what stands on a person's access to an account. In the caller's transaction."""

    def __call__(self, *, person_id: int, account_id: int, now: datetime) -> object: ...


_STEPS: Final[list[AccessStep]] = []


def when_access_ends(step: AccessStep) -> None:
    """Take the step whenever a link is taken out or suspended; the same step twice is one."""
    if step not in _STEPS:
        _STEPS.append(step)


def end_access(*, person_id: int, account_id: int, now: datetime) -> None:
    """Take the steps for a link that opens nothing any more (a step)."""
    require_transaction()
    account = Account.objects.only("public_id", "number").get(pk=account_id)
    people.drop_account_from_keys(
        person_id=person_id, account=account.public_id, number=account.number, now=now
    )
    for step in _STEPS:
        step(person_id=person_id, account_id=account_id, now=now)
