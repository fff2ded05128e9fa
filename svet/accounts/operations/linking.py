"""«Добавить абонента»: one neutral answer, limits that cannot lock the owner out, a notice to the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, QuerySet

from svet.accounts import events, queries
from svet.accounts.models import Account, Group, Link, LinkProof
from svet.accounts.operations.access import end_access
from svet.accounts.operations.delivery import end_delivery_to
from svet.accounts.operations.ending import end_link
from svet.accounts.operations.groups import default_group
from svet.accounts.queries import AccountNotFound, AccountReason
from svet.accounts.rules import normalise_account_number, normalise_meter_number
from svet.accounts.rules.refusals import LinkReason
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.operations import LimitReached
from svet.limits.rules import LimitName
from svet.notices import operations as notices
from svet.notices.rules import NoticeChannel
from svet.people import queries as people
from svet.people.operations.codes import tell_of_breaker

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


#: How many accounts the line under the bell names.
_NAMED = 5


class LinkRefused(Refused):
    """The pair of numbers does not open an account; never says which of the two is at fault."""


@dataclass(frozen=True, slots=True)
class AddedAccount:
    """An account that is in the cabinet now, and the name of the group it is in."""

    public_id: str
    number: str
    group_name: str


def link_account(
    *,
    by: Actor,
    account_number: str,
    meter_number: str,
    now: datetime,
    group_public_id: str | None = None,
) -> AddedAccount:
    """Add an account to the person's cabinet by the two numbers printed on its bill.

    The same pair again gives the same account. An unknown account, another's meter and a paused account
    look alike and cost alike, and so does one the office closed to this person. The registry's phone is
    never stopped by a limit.

    :raises NumberRefused: a number has not the form of one
    :raises LinkRefused: no such pair, or the contract is closed (said only to those with the right pair)
    :raises LimitReached: too many tries of this person
    """
    assert by.person_id is not None
    number = normalise_account_number(account_number, queries.account_lengths())
    serial = normalise_meter_number(meter_number)
    phone = people.person(by.person_id).phone
    candidates = list(_candidates(number=number, serial=serial, person_id=by.person_id))
    pair = next((account for account in candidates if account.proven), None)
    if pair is not None and pair.held:
        return _added(_existing(person_id=by.person_id, account_id=pair.pk))
    owner = any(account.registry_phone == phone for account in candidates)
    if pair is not None and pair.barred and pair.registry_phone != phone:
        pair = None
    _spend_tries(person_id=by.person_id, owner=owner, now=now)
    paused = _spend_account(number=number, now=now)
    if pair is None or (paused and not owner):
        journal.record_security(
            by=by,
            action="linking.paused" if paused else "linking.wrong_pair",
            subject="account_number",
            subject_id=number,
            now=now,
        )
        raise LinkRefused(LinkReason.NO_SUCH_PAIR)
    if pair.closed_on is not None and pair.closed_on <= queries.provider_today(pair.provider, now):
        raise LinkRefused(LinkReason.CLOSED)
    with use_case():
        link, first_time = _link(
            by=by, account_id=pair.pk, phone=phone, group_public_id=group_public_id, now=now
        )
    if first_time:
        # Only wrong tries count; taking an account out and adding it again earns no new ones.
        limits.forget(limit=LimitName.LINKING_PER_PERSON, key=str(by.person_id))
        limits.forget(limit=LimitName.LINKING_WRONG_PER_ACCOUNT, key=number)
    return _added(link)


class _Candidate(TypedDict):
    proven: bool
    held: bool
    barred: bool


def _candidates(
    *, number: str, serial: str, person_id: int
) -> QuerySet[WithAnnotations[Account, _Candidate]]:
    proof = LinkProof.objects.filter(account=OuterRef("pk"), serial=serial)
    link = Link.objects.known().filter(account=OuterRef("pk"), person_id=person_id)
    barred = Link.objects.filter(account=OuterRef("pk"), person_id=person_id, barred_at__isnull=False)
    return (
        Account.objects.filter(number=number)
        .select_related("provider")
        .annotate(proven=Exists(proof), held=Exists(link), barred=Exists(barred))
        .order_by("pk")
    )


def _added(link: Link) -> AddedAccount:
    return AddedAccount(
        public_id=link.account.public_id, number=link.account.number, group_name=link.group.name
    )


def _existing(*, person_id: int, account_id: int) -> Link:
    rows = Link.objects.kept().select_related("account", "group")
    return rows.get(person_id=person_id, account_id=account_id)


def _spend_tries(*, person_id: int, owner: bool, now: datetime) -> None:
    try:
        limits.spend(limit=LimitName.LINKING_PER_PERSON, key=str(person_id), now=now)
        limits.spend(limit=LimitName.LINKING_WRONG_EVERYWHERE, key="all", now=now)
    except LimitReached as reached:
        if reached.details["limit"] == LimitName.LINKING_WRONG_EVERYWHERE:
            tell_of_breaker(
                limit=LimitName.LINKING_WRONG_EVERYWHERE, retry_after=reached.retry_after, now=now
            )
        if not owner:
            raise


def _spend_account(*, number: str, now: datetime) -> bool:
    """Count a try at this number, whether or not it exists; says whether its linking is paused."""
    try:
        limits.spend(limit=LimitName.LINKING_WRONG_PER_ACCOUNT, key=number, now=now)
    except LimitReached:
        return True
    return False


def _link(
    *, by: Actor, account_id: int, phone: str, group_public_id: str | None, now: datetime
) -> tuple[Link, bool]:
    assert by.person_id is not None
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    earlier = Link.objects.filter(person_id=by.person_id, account=account)
    # An invitation whose term is over leaves a link that no longer opens anything; a suspended one stays, or
    # it could be added afresh as if nobody had complained.
    for over in Link.objects.run_out(at=now).filter(person_id=by.person_id, account=account):
        end_link(over, now=now)
    if Link.objects.kept().filter(person_id=by.person_id, account=account).exists():
        return _existing(person_id=by.person_id, account_id=account_id), False
    first_time = not earlier.exists()
    group = None
    if group_public_id:
        group = Group.objects.filter(person_id=by.person_id, public_id=group_public_id).first()
    group = group or default_group(person_id=by.person_id)
    confirmed = bool(phone) and account.registry_phone == phone
    others = queries.people_of(account_id=account.pk)
    link = Link.objects.create(
        person_id=by.person_id,
        account=account,
        group=group,
        position=Link.objects.kept().filter(group=group).count(),
        can_manage=confirmed,
        linked_at=now,
        confirmed_at=now if confirmed else None,
    )
    journal.record(
        by=by,
        action="account.linked",
        subject="link",
        subject_id=link.public_id,
        now=now,
        account_id=account.pk,
        after={"confirmed": confirmed},
    )
    for person_id in others:
        notices.notify(
            recipient_id=people.recipient_of(person_id),
            event=events.ACCOUNT_LINKED,
            params={"account": account.number},
            place=Place("account", (account.public_id,)),
            now=now,
        )
    _tell_oneself(person_id=by.person_id, now=now)
    return link, first_time


def _tell_oneself(*, person_id: int, now: datetime) -> None:
    """One line under the bell for all accounts of the day: the page has said it already."""
    today = Link.objects.kept().filter(person_id=person_id, linked_at__gt=now - timedelta(days=1))
    numbers = list(today.order_by("-linked_at", "-pk").values_list("account__number", flat=True))
    shown = ", ".join(numbers[:_NAMED]) + ("…" if len(numbers) > _NAMED else "")
    notices.notify(
        recipient_id=people.recipient_of(person_id),
        event=events.ACCOUNT_LINKED,
        params={"account": shown, "own": str(len(numbers))},
        place=Place("accounts"),
        now=now,
        already=frozenset(NoticeChannel) - {NoticeChannel.BELL},
        renews=True,
    )


def unlink(*, by: Actor, account_public_id: str, now: datetime) -> None:
    """Take an account out of the person's cabinet; its history stays with the account.

    A suspended link stays: taken out, it could be added afresh as if nobody had complained.

    :raises AccountNotFound: it is not in this cabinet
    """
    with use_case():
        link = (
            Link.objects.standing(at=now)
            .select_for_update(of=("self",))
            .filter(person_id=by.person_id or 0, account__public_id=account_public_id)
            .first()
        )
        if link is None:
            raise AccountNotFound(AccountReason.NOT_FOUND)
        link.removed_at = now
        link.save(update_fields=["removed_at"])
        end_delivery_to(account_id=link.account_id, person_id=link.person_id, by=by, now=now)
        end_access(person_id=link.person_id, account_id=link.account_id, now=now)
        journal.record(
            by=by,
            action="account.unlinked",
            subject="link",
            subject_id=link.public_id,
            now=now,
            account_id=link.account_id,
        )


def suspend_link(*, by: Actor, link_public_id: str, now: datetime) -> None:
    """«Это не я»: close a cabinet's access to the account until the office has looked at it.

    A confirmed holder may do it to anybody, others only to unconfirmed links younger than their own.

    :raises AccountNotFound: the link is not of an account of this cabinet
    :raises LinkRefused: the link is confirmed or older than one's own
    """
    with use_case():
        target = (
            Link.objects.kept()
            .select_for_update(of=("self",), no_key=True)
            .filter(public_id=link_public_id)
            .first()
        )
        own = None
        if target is not None:
            standing = Link.objects.standing(at=now).filter(account_id=target.account_id)
            own = standing.filter(person_id=by.person_id or 0).first()
        if target is None or own is None or own.pk == target.pk:
            raise AccountNotFound(AccountReason.NOT_FOUND)
        younger = target.confirmed_at is None and target.linked_at > own.linked_at
        if not own.is_owner and not younger:
            raise LinkRefused(LinkReason.TOO_LATE)
        target.suspended_at = now
        target.save(update_fields=["suspended_at"])
        end_delivery_to(account_id=target.account_id, person_id=target.person_id, by=by, now=now)
        end_access(person_id=target.person_id, account_id=target.account_id, now=now)
        journal.record(
            by=by,
            action="link.suspended",
            subject="link",
            subject_id=target.public_id,
            now=now,
            account_id=target.account_id,
            reason="это не я",
        )
