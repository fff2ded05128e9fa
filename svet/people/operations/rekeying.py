"""Second factors after a change of the installation's secret: written anew, and the old one may go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import transaction

from svet.people.models.secrets import BOX

#: What of a factor's data is encrypted, a text or a list of them; the rest of it opens nothing.
_ENCRYPTED = ("secret", "seed", "migrated_codes")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class KeysOfFactors:
    """Under which secret second factors lie: ``present``, ``retired`` or ``lost``, which nobody has."""

    present: int
    retired: int
    lost: int


def keys_of_factors(*, most: int | None = None) -> KeysOfFactors:
    """Count them: all, or at most so many of the oldest."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk")
    found: Counter[str] = Counter()
    for data in rows.values_list("data", flat=True)[:most].iterator(chunk_size=_BATCH):
        found[_renew(dict(data))] += 1
    return KeysOfFactors(found["present"], found["retired"], found["lost"])


def rekey_factors() -> KeysOfFactors:
    """Write every second factor under the present secret; says where they lay before.

    One batch is one transaction, so it may be stopped and run again while people sign in.
    """
    found: Counter[str] = Counter()
    last = 0
    while True:
        with transaction.atomic():
            rows = Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN)
            batch = list(rows.filter(pk__gt=last).order_by("pk")[:_BATCH])
            for row in batch:
                state = _renew(row.data)
                found[state] += 1
                if state == "retired":
                    row.save(update_fields=["data"])
        if not batch:
            return KeysOfFactors(found["present"], found["retired"], found["lost"])
        last = batch[-1].pk


def _renew(data: dict[str, Any]) -> str:
    """Put the texts of one factor under the present secret; says under which they lay."""
    kept = {name: data[name] for name in _ENCRYPTED if name in data}
    texts = [text for each in kept.values() for text in ([each] if isinstance(each, str) else each)]
    if all(BOX.is_newest(text) for text in texts):
        return "present"
    try:
        for name, each in kept.items():
            data[name] = BOX.renewed(each) if isinstance(each, str) else [BOX.renewed(text) for text in each]
    except InvalidToken:
        return "lost"
    return "retired"
