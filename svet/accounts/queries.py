"""Reads: the one guard of accounts, and a person's cabinet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from svet.accounts import rules
from svet.accounts.models import Account, Group, Link, Provider
from svet.accounts.rules import Right
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.refusals import NotFound
from svet.notices.rules import is_time_to_remind


class AccountReason(StrEnum):
    NOT_FOUND = "account_not_found"


class AccountNotFound(NotFound):
    """No such account, or not for this actor."""


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One account as its holder sees it; name and flat are masked unless the link is confirmed."""

    account_id: int
    public_id: str
    number: str
    provider: Provider
    link_public_id: str
    group_public_id: str
    alias: str
    holder: str
    address: str
    confirmed: bool
    rights: frozenset[Right]
    delivery: str
    tariff_group: str
    opened_on: date
    closed_on: date | None
    linked_at: datetime

    @property
    def title(self) -> str:
        """The holder's own name for the account, else its address."""
        return self.alias or self.address


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its accounts, both in the person's order."""

    public_id: str
    name: str
    is_default: bool
    cards: tuple[AccountCard, ...]
    folded: bool = False


def _live_links(*, person_id: int | None) -> QuerySet[Link]:
    return Link.objects.standing().filter(person_id=person_id or 0)


def _with_right(right: Right) -> Q:
    """Seeing is the ground of every other right."""
    return Q(can_view=True) if right is Right.VIEW else Q(can_view=True, **{f"can_{right.value}": True})


def visible_to(actor: Actor, *, right: Right = Right.VIEW) -> QuerySet[Account]:
    """The accounts on which the actor has the right: the one guard every room uses.

    The system and the staff have all of them, somebody unknown has none.
    """
    match actor.kind:
        case ActorKind.SYSTEM | ActorKind.STAFF:
            return Account.objects.all()
        case ActorKind.PERSON:
            links = _live_links(person_id=actor.person_id).filter(_with_right(right), account=OuterRef("pk"))
            return Account.objects.filter(Exists(links))
        case _:
            return Account.objects.none()


def account_for(actor: Actor, *, public_id: str, right: Right = Right.VIEW) -> Account:
    """One account with its provider and premises. :raises AccountNotFound: absent or not for the actor"""
    account = (
        visible_to(actor, right=right)
        .select_related("provider", "premises")
        .filter(public_id=public_id)
        .first()
    )
    if account is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return account


def is_confirmed(actor: Actor, *, account_id: int) -> bool:
    """Whether the actor may see the holder's name and the flat of this account."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.STAFF):
        return True
    return (
        _live_links(person_id=actor.person_id)
        .filter(account_id=account_id, confirmed_at__isnull=False)
        .exists()
    )


def confirmed_accounts(actor: Actor, *, account_ids: Collection[int]) -> frozenset[int]:
    """Of these accounts, those whose holder's name and flat the actor may see."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.STAFF):
        return frozenset(account_ids)
    links = _live_links(person_id=actor.person_id).filter(
        account_id__in=account_ids, confirmed_at__isnull=False
    )
    return frozenset(links.values_list("account_id", flat=True))


def shown_holder(account: Account, *, confirmed: bool) -> str:
    """The holder's name for a page or a document."""
    return account.holder_name if confirmed else rules.mask_name(account.holder_name)


def shown_address(account: Account, *, confirmed: bool) -> str:
    """The address for a page or a document."""
    place = account.premises
    return rules.address(
        city=place.city, street=place.street, house=place.house, flat=place.flat, shown=confirmed
    )


def _card(link: Link, *, group_public_id: str) -> AccountCard:
    account = link.account
    confirmed = link.confirmed_at is not None
    rights = frozenset(right for right in Right if getattr(link, f"can_{right.value}"))
    return AccountCard(
        account_id=account.pk,
        public_id=account.public_id,
        number=account.number,
        provider=account.provider,
        link_public_id=link.public_id,
        group_public_id=group_public_id,
        alias=link.alias,
        holder=shown_holder(account, confirmed=confirmed),
        address=shown_address(account, confirmed=confirmed),
        confirmed=confirmed,
        rights=rights,
        delivery=account.delivery,
        tariff_group=account.tariff_group,
        opened_on=account.opened_on,
        closed_on=account.closed_on,
        linked_at=link.linked_at,
    )


def cabinet(person_id: int) -> list[GroupView]:
    """All groups of a person with their accounts, in two queries; empty before the first account."""
    links = (
        _live_links(person_id=person_id)
        .filter(can_view=True)
        .select_related("account__provider", "account__premises")
        .order_by("position", "linked_at", "pk")
    )
    by_group: dict[int, list[Link]] = {}
    for link in links:
        by_group.setdefault(link.group_id, []).append(link)
    return [
        GroupView(
            public_id=group.public_id,
            name=group.name,
            is_default=group.is_default,
            cards=tuple(_card(link, group_public_id=group.public_id) for link in by_group.get(group.pk, [])),
            folded=group.folded,
        )
        for group in Group.objects.filter(person_id=person_id).order_by("-is_default", "position", "pk")
    ]


def card_of(actor: Actor, *, account_public_id: str) -> AccountCard:
    """One account of a person's cabinet. :raises AccountNotFound: absent or not in this cabinet"""
    link = (
        _live_links(person_id=actor.person_id)
        .filter(can_view=True, account__public_id=account_public_id)
        .select_related("account__provider", "account__premises", "group")
        .first()
    )
    if link is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return _card(link, group_public_id=link.group.public_id)


def people_of(*, account_id: int, right: Right = Right.VIEW) -> list[int]:
    """Keys of the people who hold the account with this right."""
    links = Link.objects.standing().filter(_with_right(right), account_id=account_id)
    return list(links.order_by("pk").values_list("person_id", flat=True))


def people_by_account(*, account_ids: Collection[int], right: Right = Right.VIEW) -> dict[int, list[int]]:
    """Keys of the people who hold each account with this right; an account nobody holds is absent."""
    links = Link.objects.standing().filter(_with_right(right), account_id__in=account_ids)
    found: dict[int, list[int]] = {}
    for account_id, person_id in links.order_by("pk").values_list("account_id", "person_id"):
        found.setdefault(account_id, []).append(person_id)
    return found


def recipients_of(*, account_id: int) -> list[int]:
    """The keys by which ``notices`` knows the people who hold the account; the blocked ones are absent."""
    links = Link.objects.standing().filter(account_id=account_id, can_view=True, person__is_active=True)
    return list(links.order_by("pk").values_list("person__recipient_id", flat=True))


def next_holders(
    *, provider_ids: Collection[int], right: Right, today: date, after: int, limit: int
) -> dict[int, list[int]]:
    """The next people by key with the open accounts of these providers they hold with this right.

    For jobs that walk everybody: pass the last key as ``after`` until the answer is empty.
    """
    links = Link.objects.standing().filter(
        _with_right(right),
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


def may_manage(actor: Actor, *, account_id: int) -> bool:
    """Whether the actor may choose the delivery of bills.

    Besides those with the right it is anybody who holds the account while nobody confirmed does.
    """
    if actor.kind in (ActorKind.SYSTEM, ActorKind.STAFF):
        return True
    links = list(Link.objects.standing().filter(account_id=account_id))
    own = [link for link in links if link.person_id == actor.person_id and link.can_view]
    return any(link.can_manage for link in own) or (
        bool(own) and all(link.confirmed_at is None for link in links)
    )


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


def account_lengths() -> frozenset[int]:
    """How long account numbers may be with any of the providers; ten digits before the first provider."""
    lengths = Provider.objects.values_list("account_lengths", flat=True)
    return frozenset(length for of_one in lengths for length in of_one) or frozenset({10})


def home_region() -> str:
    """The region of the first provider that names one: whose prices a visitor without an account sees."""
    named = Provider.objects.exclude(region="").order_by("pk").values_list("region", flat=True)
    return named.first() or ""


def provider_today(provider: Provider, now: datetime) -> date:
    """The date at the provider at this moment."""
    return now.astimezone(ZoneInfo(provider.time_zone)).date()


def providers_to_remind(now: datetime) -> dict[date, list[Provider]]:
    """The providers at which it is an hour for reminders, by the date it is there."""
    found: dict[date, list[Provider]] = {}
    for provider in Provider.objects.order_by("pk"):
        local = now.astimezone(ZoneInfo(provider.time_zone))
        if is_time_to_remind(local):
            found.setdefault(local.date(), []).append(provider)
    return found
