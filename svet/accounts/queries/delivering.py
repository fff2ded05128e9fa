"""Reads: where the bill of an account goes by e-mail now, and whether its letter may name the holder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from svet.accounts.models import Account, Link
from svet.accounts.rules import BillDelivery
from svet.kernel.ids import AccountId


@dataclass(frozen=True, slots=True)
class BillAddress:
    """An address and whether it belongs to somebody confirmed for the account."""

    email: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class _Mailbox:
    person_id: int
    email: str
    stands: bool
    confirmed: bool


def bill_addresses(account_ids: Collection[int], *, at: datetime | None = None) -> dict[int, BillAddress]:
    """The addresses that get bills, by account; an account on paper or without a rightful address is absent.

    Whoever chose e-mail gets it at the confirmed address they have now, while their link stands. An address
    of the registry gets it unless everybody who has that address has lost the account.
    """
    accounts = list(
        Account.objects.filter(pk__in=account_ids)
        .exclude(delivery=BillDelivery.PAPER)
        .order_by("pk")
        .only("pk", "delivery", "delivery_email", "delivery_by")
    )
    mailboxes = _mailboxes([account.pk for account in accounts], at=at)
    found = {account.pk: _address(account, mailboxes.get(account.pk, [])) for account in accounts}
    return {account_id: address for account_id, address in found.items() if address is not None}


def want_letters(account_ids: Collection[int]) -> list[AccountId]:
    """Of these accounts those that want letters, also ones that turn out to have no rightful address."""
    wanted = Account.objects.filter(pk__in=account_ids).exclude(delivery=BillDelivery.PAPER)
    return [AccountId(key) for key in wanted.order_by("pk").values_list("pk", flat=True)]


def _mailboxes(account_ids: Collection[int], *, at: datetime | None) -> dict[int, list[_Mailbox]]:
    rows = Link.objects.with_standing(at=at).filter(
        account_id__in=account_ids, person__email_confirmed_at__isnull=False
    )
    found: dict[int, list[_Mailbox]] = {}
    columns = ("account_id", "person_id", "person__email", "stands", "can_view", "confirmed_at")
    for account_id, person_id, email, stands, can_view, confirmed_at in rows.values_list(*columns):
        mailbox = _Mailbox(person_id, email, stands and can_view, confirmed_at is not None)
        found.setdefault(account_id, []).append(mailbox)
    return found


def _address(account: Account, mailboxes: Collection[_Mailbox]) -> BillAddress | None:
    if account.delivery_by_id is not None:
        theirs = [one for one in mailboxes if one.person_id == account.delivery_by_id and one.stands]
        return BillAddress(theirs[0].email, theirs[0].confirmed) if theirs and theirs[0].email else None
    email = account.delivery_email
    same = [one for one in mailboxes if one.email.lower() == email.lower()]
    if not email or (same and not any(one.stands for one in same)):
        return None
    return BillAddress(email, any(one.stands and one.confirmed for one in same))
