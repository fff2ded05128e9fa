"""What a key is bound to is the holder's: an account or a meter that goes, goes from the key too."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction
from svet.notices import operations as notices
from svet.people import events
from svet.people.models import Token
from svet.people.operations.tokens import page_of, revoke_each
from svet.people.rules import KeyBound

_CLOCK = Actor.system("keys")


def drop_account_from_keys(*, person_id: int, account: str, number: str, now: datetime) -> int:
    """The person holds the account no more: no key of theirs is bound to it or its meters (a step).

    A key that is left with nothing ends. Each is told to the person; says how many keys it was. The account
    taken in again is not given back to them: nobody has asked for that.
    """
    params = {"thing": "account", "number": number}
    return _drop([person_id], gone=lambda bound: bound.account == account, params=params, now=now)


def drop_meter_from_keys(*, person_ids: Collection[int], meter: str, serial: str, now: datetime) -> int:
    """The meter was taken down: no key of these people is bound to it (a step).

    One bound to its whole account stays, and opens the next meter. A key never passes to the next meter by
    itself: it lies in a device that stands beside the old one.
    """
    params = {"thing": "meter", "number": serial}
    return _drop(person_ids, gone=lambda bound: bound.meter == meter, params=params, now=now)


def _drop(
    person_ids: Collection[int], *, gone: Callable[[KeyBound], bool], params: dict[str, str], now: datetime
) -> int:
    require_transaction()
    bound = Token.objects.filter(person_id__in=person_ids, bounds__isnull=False, revoked_at__isnull=True)
    found = 0
    for token in bound.select_for_update(of=("self",), no_key=True).select_related("person").order_by("pk"):
        bounds = [KeyBound(**each) for each in token.bounds or ()]
        left = [each for each in bounds if not gone(each)]
        if len(left) == len(bounds):
            continue
        found += 1
        token.bounds = [asdict(each) for each in left]
        token.save(update_fields=["bounds"])
        if left:
            journal.record(
                by=_CLOCK, action="token.narrowed", subject="token", subject_id=token.public_id, now=now
            )
        else:
            revoke_each([token], person_id=token.person_id, by=_CLOCK, now=now)
        if token.expires_at > now:
            notices.notify(
                recipient_id=token.person.recipient_id,
                event=events.TOKEN_NARROWED,
                params={**params, "name": token.name, "over": "no" if left else "yes"},
                place=page_of(token),
                now=now,
            )
    return found
