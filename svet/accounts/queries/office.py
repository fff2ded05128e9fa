"""Reads for the office: complaints «это не я», and who held an account before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from svet.accounts.models import HandOver, Link
from svet.kernel.frozen import frozen


@dataclass(frozen=True, slots=True)
class Complaint:
    """A cabinet somebody refused with «это не я»."""

    link_public_id: str
    account_public_id: str
    account_number: str
    holder_name: str
    person_name: str
    phone: str
    since: datetime
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class FormerHolder:
    """Who held the account until a day."""

    name: str
    until: date
    ground: str
    reason: str


def suspended_count() -> int:
    """How many complaints wait."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[Link, int]:
    return _waiting().values_list("pk", flat=True)


def suspended(*, limit: int) -> list[Complaint]:
    """The complaints that wait, oldest first."""
    return [_complaint(link) for link in _waiting().order_by("suspended_at", "pk")[:limit]]


def former_holders(*, account_id: int) -> list[FormerHolder]:
    """Earlier holders of the account, the last one first."""
    rows = HandOver.objects.filter(account_id=account_id).order_by("-on_date", "-pk")
    return [FormerHolder(row.former_name, row.on_date, row.ground, row.reason) for row in rows]


def account_of_link(*, link_public_id: str) -> str:
    """The outside id of the account a link is of; empty for none."""
    found = Link.objects.filter(public_id=link_public_id).values_list("account__public_id", flat=True)
    return found.first() or ""


def person_of_link(*, link_public_id: str) -> str:
    """The outside id of the person whose link it is; empty for none."""
    found = Link.objects.filter(public_id=link_public_id).values_list("person__public_id", flat=True)
    return found.first() or ""


def _waiting() -> QuerySet[Link]:
    return Link.objects.suspended().select_related("person", "account")


def _complaint(link: Link) -> Complaint:
    person = link.person
    names = (person.last_name, person.first_name, person.patronymic)
    return Complaint(
        link_public_id=link.public_id,
        account_public_id=link.account.public_id,
        account_number=link.account.number,
        holder_name=link.account.holder_name,
        person_name=" ".join(part for part in names if part),
        phone=person.phone,
        since=link.linked_at,
        suspended_at=link.suspended_at,
    )
