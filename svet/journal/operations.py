"""Recording who did what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from psycopg.types.json import Jsonb

from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows
from svet.kernel.transactions import require_transaction
from svet.kernel.writing import plain

_LONGEST_ID = 64


def _kept(value: Any) -> Any:
    """What a stranger wrote, without the marks that no table can hold."""
    return plain(value) if isinstance(value, str) else value


def record(
    *,
    by: Actor,
    action: str,
    subject: str,
    subject_id: str,
    now: datetime,
    account_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Keep one change of data, in the transaction that makes it. :raises RuntimeError: none is open."""
    require_transaction()
    _write(
        by,
        at=now,
        security=False,
        action=action,
        subject=subject,
        subject_id=subject_id,
        account_id=account_id,
        before=None if before is None else Jsonb(dict(before)),
        after=None if after is None else Jsonb(dict(after)),
        reason=reason,
    )


def record_security(
    *,
    by: Actor,
    action: str,
    now: datetime,
    subject: str = "",
    subject_id: str = "",
    account_id: int | None = None,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Keep one event of security: a sign-in, a wrong password, somebody at another's door.

    It joins an open transaction or opens its own, so that a refusal can be recorded after the
    refused use case was undone.
    """
    kept = None if details is None else {name: _kept(value) for name, value in details.items()}
    with transaction.atomic():
        _write(
            by,
            at=now,
            security=True,
            action=action,
            subject=subject,
            subject_id=plain(subject_id)[:_LONGEST_ID],
            account_id=account_id,
            before=None,
            after=None if kept is None else Jsonb(kept),
            reason=reason,
        )


def _write(by: Actor, **row: Any) -> None:
    """One entry; the table itself says when it was recorded and in which transaction."""
    row |= {
        "actor_kind": by.kind.value,
        "actor_person_id": by.person_id,
        "actor_name": by.name,
        "address": by.address,
    }
    copy_rows(model=Entry, columns=tuple(row), rows=[tuple(row.values())])
