"""A person's groups, the order and the names in them."""

from __future__ import annotations

import unicodedata

from svet.accounts.models import Group, Link
from svet.accounts.queries import AccountNotFound, AccountReason
from svet.accounts.queries.cards import GroupView
from svet.accounts.rules.refusals import GroupReason
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.people import operations as people

LONGEST_NAME = 60
MOST_GROUPS = 100
DEFAULT_NAME = "Моя группа"


class GroupRefused(Refused):
    """The group cannot be made or changed this way."""


class GroupNotFound(NotFound):
    """No such group in this cabinet."""


def _clean_name(raw: str, *, field: str = "name", required: bool = True) -> str:
    if len(raw) > LONGEST_NAME * 4:
        raise GroupRefused(GroupReason.TOO_LONG, field=field, details={"longest": LONGEST_NAME})
    name = " ".join(raw.split())
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") for sign in name):
        raise GroupRefused(GroupReason.CHARS, field=field)
    if not name and required:
        raise GroupRefused(GroupReason.REQUIRED, field=field)
    if len(name) > LONGEST_NAME:
        raise GroupRefused(GroupReason.TOO_LONG, field=field, details={"longest": LONGEST_NAME})
    return name


def _person(by: Actor) -> int:
    """Only people have a cabinet."""
    if by.person_id is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return by.person_id


def _lock_cabinet(*, person_id: int) -> None:
    """Changes of one cabinet go one after another."""
    people.lock_person(person_id=person_id)


def _group(*, person_id: int, public_id: str) -> Group:
    group = Group.objects.filter(person_id=person_id, public_id=public_id).first()
    if group is None:
        raise GroupNotFound(GroupReason.NOT_FOUND)
    return group


def default_group(*, person_id: int) -> Group:
    """«Моя группа» of the person, made when first needed (a step)."""
    require_transaction()
    group = Group.objects.filter(person_id=person_id, is_default=True).first()
    if group is None:
        group = Group.objects.create(person_id=person_id, name=DEFAULT_NAME, is_default=True)
    return group


def create_group(*, by: Actor, name: str) -> GroupView:
    """Make a group at the end of the list. :raises GroupRefused: no name, too long, taken, too many"""
    clean = _clean_name(name)
    with use_case():
        _lock_cabinet(person_id=_person(by))
        default_group(person_id=_person(by))
        names = set(Group.objects.filter(person_id=_person(by)).values_list("name", flat=True))
        if clean in names:
            raise GroupRefused(GroupReason.TAKEN, field="name")
        if len(names) >= MOST_GROUPS:
            raise GroupRefused(GroupReason.TOO_MANY, field="name", details={"most": MOST_GROUPS})
        group = Group.objects.create(person_id=_person(by), name=clean, position=len(names))
    return GroupView(public_id=group.public_id, name=clean, is_default=False, cards=())


def rename_group(*, by: Actor, group_public_id: str, name: str) -> None:
    """Give a group another name. :raises GroupRefused, GroupNotFound:"""
    clean = _clean_name(name)
    with use_case():
        _lock_cabinet(person_id=_person(by))
        group = _group(person_id=_person(by), public_id=group_public_id)
        if Group.objects.filter(person_id=_person(by), name=clean).exclude(pk=group.pk).exists():
            raise GroupRefused(GroupReason.TAKEN, field="name")
        group.name = clean
        group.save(update_fields=["name"])


def delete_group(*, by: Actor, group_public_id: str) -> None:
    """Drop a group; its accounts move to the default one. :raises GroupRefused, GroupNotFound:"""
    with use_case():
        _lock_cabinet(person_id=_person(by))
        group = _group(person_id=_person(by), public_id=group_public_id)
        if group.is_default:
            raise GroupRefused(GroupReason.DEFAULT_STAYS)
        Link.objects.filter(group=group).update(group=default_group(person_id=_person(by)))
        group.delete()


def fold_group(*, by: Actor, group_public_id: str, folded: bool) -> None:
    """Keep a group closed or open on every page, until it is asked otherwise. :raises GroupNotFound:"""
    with use_case():
        group = _group(person_id=_person(by), public_id=group_public_id)
        Group.objects.filter(pk=group.pk).update(folded=folded)


def move_group(*, by: Actor, group_public_id: str, up: bool) -> None:
    """Change places with the neighbour above or below; the default group stays first."""
    with use_case():
        _lock_cabinet(person_id=_person(by))
        group = _group(person_id=_person(by), public_id=group_public_id)
        order = list(Group.objects.filter(person_id=_person(by), is_default=False).order_by("position", "pk"))
        if group not in order:
            raise GroupRefused(GroupReason.DEFAULT_STAYS)
        place = order.index(group)
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
        for position, each in enumerate(order, start=1):
            each.position = position
        Group.objects.bulk_update(order, ["position"])


def _standing_link(*, person_id: int, account_public_id: str) -> Link:
    link = Link.objects.standing().filter(person_id=person_id, account__public_id=account_public_id).first()
    if link is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return link


def move_account(*, by: Actor, account_public_id: str, group_public_id: str) -> None:
    """Put an account into another group of the cabinet. :raises AccountNotFound, GroupNotFound:"""
    arrange_account(by=by, account_public_id=account_public_id, group_public_id=group_public_id)


def set_alias(*, by: Actor, account_public_id: str, alias: str) -> None:
    """Name an account as the person calls it; an empty alias shows the address again."""
    arrange_account(by=by, account_public_id=account_public_id, alias=alias)


def arrange_account(
    *, by: Actor, account_public_id: str, alias: str | None = None, group_public_id: str | None = None
) -> None:
    """Name an account, put it into a group, or both at once.

    :raises AccountNotFound, GroupNotFound: not of this cabinet
    :raises GroupRefused: the name cannot be kept
    """
    clean = None if alias is None else _clean_name(alias, field="alias", required=False)
    with use_case():
        _lock_cabinet(person_id=_person(by))
        link = _standing_link(person_id=_person(by), account_public_id=account_public_id)
        if clean is not None:
            link.alias = clean
        if group_public_id is not None:
            link.group = _group(person_id=_person(by), public_id=group_public_id)
        link.save(update_fields=["alias", "group"])
