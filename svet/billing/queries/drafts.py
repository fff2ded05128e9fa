"""Facts that wait for a second hand, as the desk reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from svet.billing.models import FactDraft
from svet.billing.rules.drafts import DraftState, FactKind
from svet.files import queries as files
from svet.kernel.frozen import frozen
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """A draft as the office reads it, whatever became of it; ``given`` is what it gives back, kopecks."""

    public_id: str
    account_id: int
    account_public_id: str
    account_number: str
    supplier: str
    kind: FactKind
    facts: Mapping[str, Any]
    reason: str
    given: int
    since: Month | None
    months: int
    by_id: int | None
    by_name: str
    written_at: datetime
    expires_at: datetime | None
    state: DraftState
    decided_by_name: str
    decided_at: datetime | None
    decided_reason: str

    def waits(self, now: datetime) -> bool:
        """Whether it may still be signed."""
        return self.state is DraftState.WAITING and (self.expires_at is None or now < self.expires_at)


def draft_by_id(public_id: str) -> DraftEntry | None:
    """A draft by its outer id, whatever became of it."""
    return next(iter(_entries(drafts().filter(public_id=public_id))), None)


def waiting_photo(public_id: str) -> bytes | None:
    """The JPEG by which a draft that waits is proved, for whoever signs it; None: there is none."""
    if not FactDraft.objects.filter(state=DraftState.WAITING.value, facts__photo=public_id).exists():
        return None
    return files.jpeg_by_id(public_id)


def waiting_drafts(*, now: datetime, limit: int) -> list[DraftEntry]:
    """Drafts that wait for a second hand, the oldest first."""
    return _entries(_waiting(now).order_by("written_at", "pk")[:limit])


def waiting_draft_count(now: datetime) -> int:
    """How many of them."""
    return _waiting_keys.count(now)


@frozen
def _waiting_keys(now: datetime) -> QuerySet[FactDraft, int]:
    return _waiting(now).values_list("pk", flat=True)


def decided_drafts(*, limit: int, offset: int = 0) -> list[DraftEntry]:
    """Drafts of which somebody else has decided, or that are over otherwise, the latest first."""
    return _entries(drafts().exclude(state=DraftState.WAITING).order_by("-pk")[offset : offset + limit])


def drafts_of(*, account_id: int, now: datetime) -> list[DraftEntry]:
    """What waits about one account."""
    return _entries(_waiting(now).filter(account_id=account_id).order_by("pk"))


def drafts() -> QuerySet[FactDraft]:
    """Facts that asked for a second hand; those of one hand are only counted."""
    return FactDraft.objects.exclude(state=DraftState.DONE, decided_by__isnull=True)


def _waiting(now: datetime) -> QuerySet[FactDraft]:
    return FactDraft.objects.filter(state=DraftState.WAITING.value, expires_at__gt=now)


def _entries(rows: QuerySet[FactDraft]) -> list[DraftEntry]:
    return [
        DraftEntry(
            public_id=row.public_id,
            account_id=row.account_id,
            account_public_id=row.account.public_id,
            account_number=row.account.number,
            supplier=row.account.provider.name,
            kind=FactKind(row.kind),
            facts=row.facts,
            reason=row.reason,
            given=row.given_kopecks,
            since=None if row.since is None else Month.of(row.since),
            months=row.months,
            by_id=row.by_id,
            by_name=row.by_name,
            written_at=row.written_at,
            expires_at=row.expires_at,
            state=DraftState(row.state),
            decided_by_name=row.decided_by_name,
            decided_at=row.decided_at,
            decided_reason=row.decided_reason,
        )
        for row in rows.select_related("account__provider")
    ]
