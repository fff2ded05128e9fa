"""The one guard of accounts: on which of them an actor has a right, and what of them an actor may read."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from svet.accounts.models import Account, Link
from svet.accounts.queries.views import AccountView, account_view
from svet.accounts.rules import Right
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.frozen import PublicIdText, frozen
from svet.kernel.refusals import NotFound


class AccountReason(StrEnum):
    NOT_FOUND = "account_not_found"


class AccountNotFound(NotFound):
    """No such account, or not for this actor."""


def live_links(*, person_id: int | None) -> QuerySet[Link]:
    """The links by which a person holds accounts now; for this room."""
    return Link.objects.standing().filter(person_id=person_id or 0)


def with_right(right: Right) -> Q:
    """Links with a right; seeing is the ground of every other one. For this room."""
    return Q(can_view=True) if right is Right.VIEW else Q(can_view=True, **{f"can_{right.value}": True})


def visible_ids(actor: Actor, *, right: Right = Right.VIEW) -> QuerySet[Account, int]:
    """Keys of the accounts on which the actor has the right: the one guard every room filters with.

    It is a subquery for ``account__in``, and asks the database nothing by itself. The system and the staff
    have all of them, somebody unknown has none.
    """
    return _visible(actor, right=right).values_list("pk", flat=True)


def visible_accounts(
    actor: Actor, *, public_ids: Collection[str], right: Right = Right.VIEW
) -> list[AccountView]:
    """Of these accounts those on which the actor has the right; the others are absent."""
    if len(public_ids) == 1:  # mostly it is one, and its text is kept
        (public_id,) = public_ids
        row = _one.first(public_id, actor.person_id or 0, kind=actor.kind, right=right)
        return [] if row is None else [account_view(row)]
    return [account_view(row) for row in _joined(actor, right=right).filter(public_id__in=public_ids)]


def account_for(actor: Actor, *, public_id: str, right: Right = Right.VIEW) -> AccountView:
    """One account. :raises AccountNotFound: absent or not for the actor"""
    row = _one.first(public_id, actor.person_id or 0, kind=actor.kind, right=right)
    if row is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return account_view(row)


@frozen
def _one(
    public_id: PublicIdText, person_id: int | None, *, kind: ActorKind, right: Right
) -> QuerySet[Account]:
    return _joined(Actor(kind, person_id), right=right).filter(public_id=public_id)


def first_account(actor: Actor) -> AccountView | None:
    """The account the actor sees that was entered first; None for nobody's."""
    row = _joined(actor, right=Right.VIEW).order_by("pk").first()
    return None if row is None else account_view(row)


def _joined(actor: Actor, *, right: Right) -> QuerySet[Account]:
    return _visible(actor, right=right).select_related("provider", "premises")


def _visible(actor: Actor, *, right: Right) -> QuerySet[Account]:
    match actor.kind:
        case ActorKind.SYSTEM | ActorKind.STAFF:
            return Account.objects.all()
        case ActorKind.PERSON:
            links = live_links(person_id=actor.person_id).filter(with_right(right), account=OuterRef("pk"))
            return Account.objects.filter(Exists(links))
        case _:
            return Account.objects.none()


def is_confirmed(actor: Actor, *, account_id: int) -> bool:
    """Whether the actor may see the holder's name and the flat of this account."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.STAFF):
        return True
    return (
        live_links(person_id=actor.person_id)
        .filter(account_id=account_id, confirmed_at__isnull=False)
        .exists()
    )


def confirmed_accounts(actor: Actor, *, account_ids: Collection[int]) -> frozenset[int]:
    """Of these accounts, those whose holder's name and flat the actor may see."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.STAFF):
        return frozenset(account_ids)
    links = live_links(person_id=actor.person_id).filter(
        account_id__in=account_ids, confirmed_at__isnull=False
    )
    return frozenset(links.values_list("account_id", flat=True))


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
