"""A person's cabinet: groups of accounts, each as its holder sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from svet.accounts.models import Group, Link
from svet.accounts.queries.guard import AccountNotFound, AccountReason, live_links
from svet.accounts.queries.views import ProviderView, account_view, shown_address, shown_holder
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.kernel.ids import AccountId


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One account as its holder sees it; name and flat are masked unless the link is confirmed."""

    account_id: AccountId
    public_id: str
    number: str
    provider: ProviderView
    link_public_id: str
    group_public_id: str
    alias: str
    holder: str
    address: str
    confirmed: bool
    rights: frozenset[Right]
    delivery: str
    opened_on: date
    closed_on: date | None
    linked_at: datetime
    #: Its owner has let the person in: it is somebody else's.
    by_invitation: bool = False

    @property
    def title(self) -> str:
        """The holder's own name for the account, else its address."""
        return self.alias or self.address

    @property
    def short_address(self) -> str:
        """Street, house and flat: a town that all rows share says nothing."""
        return self.address.partition(", ")[2] or self.address

    @property
    def row_name(self) -> str:
        """What a row of a list is called: the holder's own name, else the street, else the number."""
        return self.alias or self.short_address or self.number

    @property
    def row_place(self) -> str:
        """What stands under the name of a row; empty when the name says it already."""
        return self.short_address if self.alias else ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its accounts, both in the person's order."""

    public_id: str
    name: str
    is_default: bool
    cards: tuple[AccountCard, ...]
    folded: bool = False


def _card(link: Link, *, group_public_id: str) -> AccountCard:
    account = account_view(link.account)
    confirmed = link.confirmed_at is not None
    rights = frozenset(right for right in Right if getattr(link, f"can_{right.value}"))
    return AccountCard(
        account_id=account.account_id,
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
        opened_on=account.opened_on,
        closed_on=account.closed_on,
        linked_at=link.linked_at,
        by_invitation=link.invited_by_id is not None,
    )


def cabinet(person_id: int) -> list[GroupView]:
    """All groups of a person with their accounts, in two queries; empty before the first account."""
    by_group: dict[int, list[Link]] = {}
    for link in _held.all(person_id):
        by_group.setdefault(link.group_id, []).append(link)
    return [
        GroupView(
            public_id=group.public_id,
            name=group.name,
            is_default=group.is_default,
            cards=tuple(_card(link, group_public_id=group.public_id) for link in by_group.get(group.pk, [])),
            folded=group.folded,
        )
        for group in _groups.all(person_id)
    ]


@frozen
def _held(person_id: int) -> QuerySet[Link]:
    links = live_links(person_id=person_id).filter(can_view=True)
    whole = links.select_related("account__provider", "account__premises")
    return whole.order_by("position", "linked_at", "pk")


@frozen
def _groups(person_id: int) -> QuerySet[Group]:
    return Group.objects.filter(person_id=person_id).order_by("-is_default", "position", "pk")


def card_of(actor: Actor, *, account_public_id: str) -> AccountCard:
    """One account of a person's cabinet. :raises AccountNotFound: absent or not in this cabinet"""
    link = (
        live_links(person_id=actor.person_id)
        .filter(can_view=True, account__public_id=account_public_id)
        .select_related("account__provider", "account__premises", "group")
        .first()
    )
    if link is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return _card(link, group_public_id=link.group.public_id)


def row_names(cards: Sequence[AccountCard]) -> dict[int, str]:
    """``row_name`` by account; the number beside what several are called, as flats with hidden numbers."""
    alike = Counter(card.row_name for card in cards)
    return {
        card.account_id: card.row_name
        if alike[card.row_name] == 1
        else _("%(title)s, аб. № %(number)s") % {"title": card.row_name, "number": card.number}
        for card in cards
    }
