"""Who holds an account: people by account, accounts by person, and what a holder sees of the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from svet.accounts.models import Link
from svet.accounts.queries.guard import with_right
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen


def people_of(*, account_id: int, right: Right = Right.VIEW) -> list[int]:
    """Keys of the people who hold the account with this right."""
    links = Link.objects.standing().filter(with_right(right), account_id=account_id)
    return list(links.order_by("pk").values_list("person_id", flat=True))


def people_by_account(*, account_ids: Collection[int], right: Right = Right.VIEW) -> dict[int, list[int]]:
    """Keys of the people who hold each account with this right; an account nobody holds is absent."""
    found: dict[int, list[int]] = {}
    for account_id, person_id in _people.all([*account_ids], right=right):
        found.setdefault(account_id, []).append(person_id)
    return found


@frozen
def _people(account_ids: Collection[int], *, right: Right) -> QuerySet[Link, tuple[int, int]]:
    links = Link.objects.standing().filter(with_right(right), account_id__in=account_ids)
    return links.order_by("pk").values_list("account_id", "person_id")


def recipients_of(*, account_id: int) -> list[int]:
    """The keys by which ``notices`` knows the people who hold the account; the blocked ones are absent."""
    return _recipients.all(account_id)


@frozen
def _recipients(account_id: int) -> QuerySet[Link, int]:
    links = Link.objects.standing().filter(account_id=account_id, can_view=True, person__is_active=True)
    return links.order_by("pk").values_list("person__recipient_id", flat=True)


def next_holders(
    *, provider_ids: Collection[int], right: Right, today: date, after: int, limit: int
) -> dict[int, list[int]]:
    """The next people by key with the open accounts of these providers they hold with this right.

    For jobs that walk everybody: pass the last key as ``after`` until the answer is empty.
    """
    links = Link.objects.standing().filter(
        with_right(right),
        Q(account__closed_on__isnull=True) | Q(account__closed_on__gt=today),
        account__provider_id__in=provider_ids,
        person__is_active=True,
    )
    people = links.filter(person_id__gt=after).order_by("person_id").values_list("person_id", flat=True)
    found: dict[int, list[int]] = {person_id: [] for person_id in people.distinct()[:limit]}
    held = links.filter(person_id__in=found).order_by("person_id", "pk")
    for person_id, account_id in held.values_list("person_id", "account_id"):
        found[person_id].append(account_id)
    return found


@dataclass(frozen=True, slots=True)
class Holder:
    """A cabinet that holds the account, without anything about its person."""

    link_public_id: str
    own: bool
    confirmed: bool
    suspended: bool
    since: datetime
    may_suspend: bool


def holders(actor: Actor, *, account_id: int) -> list[Holder]:
    """All cabinets that hold the account, oldest first, as a holder may see them."""
    links = list(Link.objects.known().filter(account_id=account_id).order_by("linked_at", "pk"))
    own = next((link for link in links if link.person_id == actor.person_id), None)
    return [
        Holder(
            link_public_id=link.public_id,
            own=link is own,
            confirmed=link.is_owner,
            suspended=link.suspended_at is not None,
            since=link.linked_at,
            may_suspend=own is not None
            and own.suspended_at is None
            and link is not own
            and link.suspended_at is None
            and (own.is_owner or (link.confirmed_at is None and link.linked_at > own.linked_at)),
        )
        for link in links
    ]
