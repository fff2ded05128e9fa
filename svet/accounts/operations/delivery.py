"""«Способ получения счета»."""

from __future__ import annotations

from datetime import datetime

from svet.accounts import queries
from svet.accounts.models import Account, Link
from svet.accounts.operations.telling import tell_owners
from svet.accounts.queries import delivering
from svet.accounts.rules import BillDelivery, Right
from svet.accounts.rules.refusals import DeliveryReason
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.people import queries as people


class DeliveryRefused(Refused):
    """The way of delivery cannot be chosen so."""


def set_delivery(*, by: Actor, account_public_id: str, delivery: str, now: datetime) -> None:
    """Choose how bills of the account are delivered; e-mail goes to the person's confirmed address.

    :raises AccountNotFound: not in this cabinet
    :raises DeliveryRefused: no such way, e-mail without a confirmed address, or a confirmed holder decides
    """
    if delivery not in list(BillDelivery):
        raise DeliveryRefused(DeliveryReason.REQUIRED, field="delivery")
    with use_case():
        found = queries.account_for(by, public_id=account_public_id, right=Right.VIEW)
        account = Account.objects.select_for_update(no_key=True).get(pk=found.account_id)
        if not queries.may_manage(by, account_id=account.pk):
            raise DeliveryRefused(DeliveryReason.NOT_YOURS_TO_CHOOSE, field="delivery")
        email = "" if by.person_id is None else people.email_of(by.person_id)
        if delivery != BillDelivery.PAPER and not email:
            raise DeliveryRefused(DeliveryReason.EMAIL_NOT_CONFIRMED, field="delivery")
        before = {"delivery": account.delivery}
        if delivery == BillDelivery.PAPER:
            send_on_paper(account)
        else:
            account.delivery, account.delivery_email, account.delivery_by_id = delivery, email, by.person_id
            account.save(update_fields=["delivery", "delivery_email", "delivery_by"])
        journal.record(
            by=by,
            action="account.delivery_chosen",
            subject="account",
            subject_id=account.public_id,
            now=now,
            account_id=account.pk,
            before=before,
            after={"delivery": delivery},
        )


def send_on_paper(account: Account) -> None:
    """Bills go on paper and to no address (a step)."""
    require_transaction()
    account.delivery, account.delivery_email, account.delivery_by = BillDelivery.PAPER, "", None
    account.save(update_fields=["delivery", "delivery_email", "delivery_by"])


def end_delivery_to(*, account_id: int, person_id: int, by: Actor, now: datetime) -> bool:
    """Go back to paper when bills went to somebody who no longer holds the account (a step).

    Says whether they did. An address that came with the registry ends too when it is this person's and
    nobody else who holds the account has it.
    """
    require_transaction()
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    if account.delivery_by_id is None:
        email = people.email_of(person_id)
        theirs = bool(email) and account.delivery_email.lower() == email.lower()
        others = Link.objects.standing(at=now).filter(
            account_id=account_id, person__email__iexact=email, person__email_confirmed_at__isnull=False
        )
        if not theirs or others.exclude(person_id=person_id).exists():
            return False
    elif account.delivery_by_id != person_id:
        return False
    _back_to_paper(account, by=by, now=now)
    return True


def end_lapsed_delivery(*, account_id: int, now: datetime) -> bool:
    """Go back to paper if the address belongs to nobody who holds the account; the owners are told.

    Says whether it did so.
    """
    with use_case():
        account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
        if account.delivery == BillDelivery.PAPER or delivering.bill_addresses([account_id], at=None):
            return False
        _back_to_paper(account, by=Actor.system("delivery"), now=now)
        tell_owners(account, change="delivery_ended", now=now)
        return True


def _back_to_paper(account: Account, *, by: Actor, now: datetime) -> None:
    before = {"delivery": account.delivery}
    send_on_paper(account)
    journal.record(
        by=by,
        action="account.delivery_ended",
        subject="account",
        subject_id=account.public_id,
        now=now,
        account_id=account.pk,
        before=before,
        after={"delivery": account.delivery},
    )
