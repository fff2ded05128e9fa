"""«Способ получения счета»."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.people import queries as people
from svet.subscribers import queries
from svet.subscribers.models import Account, Delivery, Link


class DeliveryReason(StrEnum):
    REQUIRED = "required"
    EMAIL_NOT_CONFIRMED = "email_not_confirmed"
    NOT_YOURS_TO_CHOOSE = "delivery_of_confirmed_holder"


class DeliveryRefused(Refused):
    """The way of delivery cannot be chosen so."""


def set_delivery(*, by: Actor, account_public_id: str, delivery: str, now: datetime) -> Account:
    """Choose how bills of the account are delivered; e-mail goes to the person's confirmed address.

    :raises AccountNotFound: not in this cabinet
    :raises DeliveryRefused: no such way, e-mail without a confirmed address, or a confirmed holder decides
    """
    if delivery not in Delivery.values:
        raise DeliveryRefused(DeliveryReason.REQUIRED, field="delivery")
    with use_case():
        account = queries.account_for(by, public_id=account_public_id)
        account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if not queries.may_manage(by, account_id=account.pk):
            raise DeliveryRefused(DeliveryReason.NOT_YOURS_TO_CHOOSE, field="delivery")
        email = "" if by.person_id is None else people.email_of(by.person_id)
        if delivery != Delivery.PAPER and not email:
            raise DeliveryRefused(DeliveryReason.EMAIL_NOT_CONFIRMED, field="delivery")
        before = {"delivery": account.delivery}
        account.delivery = delivery
        account.delivery_email = email if delivery != Delivery.PAPER else ""
        account.save(update_fields=["delivery", "delivery_email"])
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
    return account


def end_delivery_to(*, account_id: int, person_id: int, by: Actor, now: datetime) -> None:
    """Go back to paper when bills went to somebody who no longer holds the account (a step)."""
    require_transaction()
    email = people.email_of(person_id)
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    if not email or account.delivery_email.lower() != email.lower():
        return
    stays = Link.objects.filter(
        account_id=account_id,
        removed_at__isnull=True,
        suspended_at__isnull=True,
        person__email__iexact=email,
        person__email_confirmed_at__isnull=False,
    )
    if stays.exclude(person_id=person_id).exists():
        return
    before = {"delivery": account.delivery}
    account.delivery, account.delivery_email = Delivery.PAPER, ""
    account.save(update_fields=["delivery", "delivery_email"])
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
