"""What the office decides about who holds an account: each with a reason, each in the journal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from svet.accounts import queries
from svet.accounts.models import Account, HandOver, Invitation, Link
from svet.accounts.operations.access import end_access
from svet.accounts.operations.delivery import end_delivery_to, send_on_paper
from svet.accounts.operations.ending import end_invitations
from svet.accounts.operations.telling import tell_access
from svet.accounts.queries import AccountNotFound, AccountReason
from svet.accounts.rules import Ground
from svet.accounts.rules.refusals import HoldingReason
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.people.rules import normalise_phone
from svet.staffing.rules import checked_reason

LONGEST_NAME = 160
LONGEST_DOCUMENT = 120


class HoldingRefused(Refused):
    """The office cannot decide it so."""


def restore_link(*, by: Actor, link_public_id: str, reason: str, now: datetime) -> None:
    """Open a suspended cabinet's access again: the complaint was a mistake.

    :raises AccountNotFound: no such link among the suspended
    :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    with use_case():
        link = _suspended(by, link_public_id=link_public_id)
        link.suspended_at = None
        link.save(update_fields=["suspended_at"])
        _note(by, "link.restored", link=link, reason=words, now=now)
        tell_access(link, change="restored", now=now)


def bar_link(*, by: Actor, link_public_id: str, reason: str, now: datetime) -> None:
    """Take the account out of a cabinet for good: the two numbers will not open it there again.

    :raises AccountNotFound: no such link
    :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    with use_case():
        link = _link(by, link_public_id=link_public_id)
        _end([link], by=by, now=now)
        _note(by, "link.barred", link=link, reason=words, now=now)
        tell_access(link, change="closed", now=now)


def confirm_link(*, by: Actor, link_public_id: str, document: str, reason: str, now: datetime) -> None:
    """The holder came to the office and showed a document: from now on the cabinet is the owner's.

    ``document`` says which kind was seen («паспорт»), never its number.

    :raises AccountNotFound: no such link
    :raises OfficeRefused: no document named; :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    seen = " ".join(document.split())[:LONGEST_DOCUMENT]
    if not seen:
        raise HoldingRefused(HoldingReason.DOCUMENT_REQUIRED, field="document")
    with use_case():
        link = _link(by, link_public_id=link_public_id)
        _open_to_owner(link, now=now)
        _note(by, "link.confirmed", link=link, reason=words, now=now, after={"document": seen})
        tell_access(link, change="confirmed", now=now)


def hand_over(
    *,
    by: Actor,
    account_public_id: str,
    holder_name: str,
    phone: str,
    on_date: date,
    ground: str,
    reason: str,
    now: datetime,
) -> None:
    """Give the account to another holder since ``on_date``; the cabinets that held it lose it at once.

    Only the cabinet of the new holder's phone keeps it, and becomes the owner's. Bills go on paper until the
    new holder chooses. Documents issued before ``on_date`` keep the former name and show it to the former
    holder's office only: the new holder sees it masked.

    :raises AccountNotFound: no such account
    :raises OfficeRefused: :raises PhoneRefused: :raises StaffRefused: something is missing or impossible
    """
    words, name = checked_reason(reason), _name(holder_name)
    number = normalise_phone(phone) if phone.strip() else ""
    if ground not in {each.value for each in Ground}:
        raise HoldingRefused(HoldingReason.GROUND, field="ground")
    with use_case():
        account = locked_account(by, public_id=account_public_id)
        _check_day(account, on_date=on_date, now=now)
        former = HandOver.objects.create(
            account=account,
            on_date=on_date,
            ground=ground,
            reason=words,
            former_name=account.holder_name,
            former_phone=account.registry_phone,
            by_id=by.person_id,
            made_at=now,
        )
        account.holder_name, account.registry_phone, account.held_since = name, number, on_date
        send_on_paper(account)
        account.save(update_fields=["holder_name", "registry_phone", "held_since"])
        closed = _change_cabinets(account, phone=number, by=by, now=now)
        journal.record(
            by=by,
            action="account.handed_over",
            subject="account",
            subject_id=account.public_id,
            now=now,
            account_id=account.pk,
            before={"hand_over": former.pk},
            after={"on": str(on_date), "ground": ground, "cabinets_closed": closed},
            reason=words,
        )


def _change_cabinets(account: Account, *, phone: str, by: Actor, now: datetime) -> int:
    """The new holder's cabinet becomes the owner's, all others lose the account; says how many lost it."""
    end_invitations(Invitation.objects.filter(account=account), now=now)
    links = list(
        Link.objects.kept()
        .select_for_update(of=("self",), no_key=True)
        .select_related("person", "account")
        .filter(account=account)
        .order_by("pk")
    )
    lost = [link for link in links if not phone or link.person.phone != phone]
    _end(lost, by=by, now=now)
    for link in lost:
        tell_access(link, change="handed_over", now=now)
    for link in links:
        if link not in lost:
            _open_to_owner(link, now=now)
            tell_access(link, change="confirmed", now=now)
    return len(lost)


def _end(links: Iterable[Link], *, by: Actor, now: datetime) -> None:
    for link in links:
        link.removed_at = link.barred_at = now
        link.save(update_fields=["removed_at", "barred_at"])
        end_delivery_to(account_id=link.account_id, person_id=link.person_id, by=by, now=now)
        end_access(person_id=link.person_id, account_id=link.account_id, now=now)


def _open_to_owner(link: Link, *, now: datetime) -> None:
    Link.objects.filter(person_id=link.person_id, account_id=link.account_id).update(barred_at=None)
    link.can_view = link.can_submit = link.can_pay = link.can_manage = True
    link.confirmed_at, link.invited_by = now, None
    link.suspended_at = link.ends_at = None
    link.save()


def _check_day(account: Account, *, on_date: date, now: datetime) -> None:
    if on_date > queries.provider_today(account.provider, now):
        raise HoldingRefused(HoldingReason.FUTURE, field="on_date")
    if on_date < account.opened_on:
        raise HoldingRefused(HoldingReason.BEFORE_OPENED, field="on_date")
    if account.held_since is not None and on_date < account.held_since:
        raise HoldingRefused(HoldingReason.BEFORE_LAST, field="on_date")


def _name(raw: str) -> str:
    name = " ".join(raw[: LONGEST_NAME * 4].split())
    if not name:
        raise HoldingRefused(HoldingReason.NAME_REQUIRED, field="holder_name")
    strange = any(unicodedata.category(sign)[0] == "C" for sign in name)
    if strange or len(name) > LONGEST_NAME:
        raise HoldingRefused(HoldingReason.NAME_CHARS, field="holder_name")
    return name


def _office_only(by: Actor) -> None:
    """The desks ask for the permission; here nobody but the office passes at all."""
    if by.kind not in (ActorKind.STAFF, ActorKind.SYSTEM):
        raise AccountNotFound(AccountReason.NOT_FOUND)


def locked_account(by: Actor, *, public_id: str) -> Account:
    """The account with its provider, for the office alone to change (a step). :raises AccountNotFound:"""
    _office_only(by)
    account = (
        Account.objects.select_for_update(of=("self",), no_key=True)
        .select_related("provider")
        .filter(public_id=public_id)
        .first()
    )
    if account is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return account


def _link(by: Actor, *, link_public_id: str) -> Link:
    _office_only(by)
    account_id = Link.objects.filter(public_id=link_public_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    # Whatever concerns one household goes one after another, in the order in which customers lock it.
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=account_id)
    link = (
        Link.objects.kept()
        .select_for_update(of=("self",), no_key=True)
        .select_related("account", "person")
        .filter(public_id=link_public_id)
        .first()
    )
    if link is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return link


def _suspended(by: Actor, *, link_public_id: str) -> Link:
    link = _link(by, link_public_id=link_public_id)
    if link.suspended_at is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return link


def _note(
    by: Actor,
    action: str,
    *,
    link: Link,
    reason: str,
    now: datetime,
    after: dict[str, object] | None = None,
) -> None:
    journal.record(
        by=by,
        action=action,
        subject="link",
        subject_id=link.public_id,
        now=now,
        account_id=link.account_id,
        after=after,
        reason=reason,
    )
