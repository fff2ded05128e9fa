"""Personal values of the journal, under a key of the person's own.

The journal is append-only and sealed into a chain, so nothing can be struck out of it. When a cabinet
is deleted its key is thrown away: the entries stand, the seals hold, and nobody reads a name there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from svet.kernel.transactions import require_transaction
from svet.people.models import Person

_SEALED = "sealed"


def sealed(values: Mapping[str, Any], *, person_id: int) -> dict[str, Any]:
    """The values as they may stand in the journal for ever."""
    require_transaction()
    text = json.dumps(dict(values), ensure_ascii=False)
    return {_SEALED: Fernet(_key(person_id)).encrypt(text.encode()).decode()}


def opened(values: Mapping[str, Any] | None, *, person_id: int) -> dict[str, Any] | None:
    """The values again; of a deleted cabinet nothing but that they were there."""
    if values is None or _SEALED not in values:
        return None if values is None else dict(values)
    key = Person.objects.filter(pk=person_id).values_list("journal_key", flat=True).first()
    if not key:
        return {}
    try:
        found: dict[str, Any] = json.loads(Fernet(key).decrypt(str(values[_SEALED]).encode()))
    except InvalidToken:
        return {}
    return found


def _key(person_id: int) -> str:
    """The person's key, made at its first use; whoever comes second waits and takes the same."""
    mine = Person.objects.filter(pk=person_id)
    mine.filter(journal_key="", closed_at__isnull=True).update(journal_key=Fernet.generate_key().decode())
    return str(mine.values_list("journal_key", flat=True).get())
