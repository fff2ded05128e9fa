"""Reading the journal and checking its seals."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from svet.journal import rules
from svet.journal.models import CABINET_VIEWED, VIEWED, Entry, Seal, SealHead

SEALED_FIELDS = (
    "id",
    "recorded_at",
    "written_in",
    "at",
    "security",
    "actor_kind",
    "actor_person_id",
    "actor_name",
    "address",
    "action",
    "subject",
    "subject_id",
    "account_id",
    "before",
    "after",
    "reason",
)


@dataclass(frozen=True, slots=True)
class EntryView:
    """Who did what, when and why; ``subject_id`` is whatever names the subject: an outer id, a code."""

    at: datetime
    actor_kind: str
    actor_name: str
    address: str
    action: str
    subject: str
    subject_id: str
    account_id: int | None
    after: dict[str, Any] | None
    reason: str
    security: bool


@dataclass(frozen=True, slots=True)
class HeadView:
    """A seal by its number and its digest; number 0: there is none yet."""

    seal_id: int
    digest: str


def entries_of(*, subject: str, subject_id: str) -> QuerySet[Entry]:
    """What was done to one thing, newest first."""
    return Entry.objects.filter(subject=subject, subject_id=subject_id).order_by("-id")


def entries_of_account(account_id: int, *, limit: int) -> list[EntryView]:
    """What was done to an account and around it, newest first."""
    return _views(Entry.objects.filter(account_id=account_id), limit=limit)


def covered(*, floor_id: int, from_xact: int, to_xact: int) -> Iterator[dict[str, Any]]:
    """The entries that a seal with these terms covers, in order of their ids, as plain values."""
    rows = Entry.objects.filter(id__gt=floor_id, written_in__gte=from_xact, written_in__lt=to_xact)
    yield from rows.order_by("id").values(*SEALED_FIELDS).iterator(chunk_size=2000)


def terms(seal: Seal) -> dict[str, int]:
    """What a seal says about its extent; part of what it hashes."""
    return {
        "floor_id": seal.floor_id,
        "from_xact": seal.from_xact,
        "to_xact": seal.to_xact,
        "last_id": seal.last_id,
        "count": seal.count,
    }


def broken_seals() -> list[str]:
    """Every seal that no longer fits its entries or its predecessor, and missing newest ones (I-14)."""
    breaches: list[str] = []
    previous = rules.FIRST
    end = 0
    floor = last = 0
    for seal in Seal.objects.order_by("id").iterator():
        if seal.previous != previous:
            breaches.append(_("печать журнала {seal} не продолжает предыдущую").format(seal=seal.pk))
        if seal.floor_id == floor and seal.from_xact != end:
            breaches.append(
                _("печать журнала {seal} оставляет пробел после операции {end}").format(seal=seal.pk, end=end)
            )
        rows = covered(floor_id=seal.floor_id, from_xact=seal.from_xact, to_xact=seal.to_xact)
        digest = rules.seal_digest(previous=seal.previous, terms=terms(seal), entries=rows)
        if digest != seal.digest:
            breaches.append(_("печать журнала {seal}: записи под ней изменены").format(seal=seal.pk))
        previous, end, floor, last = seal.digest, seal.to_xact, seal.floor_id, seal.pk
    head = seal_head()
    if (head.seal_id, head.digest) != (last, previous):
        breaches.append(
            _("печати журнала кончаются на {last}, а должны на {head}: последние удалены").format(
                last=last, head=head.seal_id
            )
        )
    return breaches


def seal_head() -> HeadView:
    """Where the chain of seals should end."""
    row = SealHead.objects.first()
    return HeadView(0, rules.FIRST) if row is None else HeadView(row.seal_id, row.digest)


def has_head(head: HeadView) -> bool:
    """Whether the chain goes through a seal that was noted down before; ``digest`` may be its beginning."""
    if not head.seal_id:
        return rules.FIRST.startswith(head.digest)
    return Seal.objects.filter(pk=head.seal_id, digest__startswith=head.digest).exists()


def acts_of(*, person_id: int, limit: int) -> list[EntryView]:
    """What a person did, newest first."""
    return _views(Entry.objects.filter(actor_person_id=person_id), limit=limit)


def _views(rows: QuerySet[Entry], *, limit: int) -> list[EntryView]:
    return [_view(row) for row in rows.order_by("-id")[:limit]]


def _view(row: Entry) -> EntryView:
    return EntryView(
        at=row.at,
        actor_kind=row.actor_kind,
        actor_name=row.actor_name,
        address=row.address,
        action=row.action,
        subject=row.subject,
        subject_id=row.subject_id,
        account_id=row.account_id,
        after=row.after,
        reason=row.reason,
        security=row.security,
    )


def views_of_accounts(
    *,
    person_id: int | None,
    account_ids: Collection[int] | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> list[EntryView]:
    """Who of the staff opened which account, newest first; a filter that is None lets all through."""
    rows = Entry.objects.filter(action=VIEWED)
    if person_id is not None:
        rows = rows.filter(actor_person_id=person_id)
    if account_ids is not None:
        rows = rows.filter(account_id__in=account_ids)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return [_view(row) for row in rows.order_by("-at", "-id")[:limit]]


def views_of_cabinet(person_public_id: str, *, limit: int) -> list[EntryView]:
    """When somebody of the staff looked at this person's cabinet with their eyes, newest first."""
    rows = Entry.objects.filter(subject="person", subject_id=person_public_id, action=CABINET_VIEWED)
    return _views(rows, limit=limit)


def viewers(*, since: datetime) -> list[tuple[int, int]]:
    """Which members opened how many different accounts since then, the most curious first."""
    rows = Entry.objects.filter(action=VIEWED, at__gte=since, actor_person_id__isnull=False)
    counted = rows.values("actor_person_id").annotate(count=Count("account_id", distinct=True))
    ordered = counted.order_by("-count", "actor_person_id").values_list("actor_person_id", "count")
    return [(person_id, count) for person_id, count in ordered if person_id is not None]
