"""Agreeing: the terms are chosen and shown first, and hold from the person's yes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from svet.accounts.queries import AccountView, provider_today, visible_accounts
from svet.accounts.rules import Right
from svet.autopay.models import AgreementChange, AutopayAgreement
from svet.autopay.operations.deciding import locked_own
from svet.autopay.operations.moving import move_agreement
from svet.autopay.rules import (
    LAST_DAY,
    MOST_DAYS_AFTER,
    OFFER_LIVES,
    STANDING,
    AgreementCause,
    AgreementState,
    AutopayConflict,
    AutopayNotFound,
    AutopayReason,
    AutopayRefused,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.payments.operations.unattended import card_for
from svet.payments.rules import check_line


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRequest:
    """What a person chose: one account, one bound card (outer ids), how much, and one of the two days."""

    account: str
    card: str
    ceiling: Money | None
    day_of_month: int | None = None
    days_after_bill: int | None = None


def offer(*, by: Actor, wanted: OfferRequest, now: datetime) -> str:
    """Keep chosen terms to be agreed to; nothing is charged by them. The outer id of the agreement.

    An older offer of the same person for the account is dropped.

    :raises AutopayNotFound: the account is not in the cabinet with the right to pay
    :raises AutopayRefused: the account is closed or has no bills here; no day, or one that cannot be
    :raises AutopayConflict: somebody else has an autopay of this account
    :raises AmountRefused: the limit is no sum that can be paid
    :raises CardNotFound: :raises CardRefused: no such card, or it cannot be charged without the person
    """
    person_id = by.person_id or 0
    account = _payable(by, wanted.account, now=now)
    _check_when(wanted)
    if wanted.ceiling is not None:
        check_line(wanted.ceiling, field="ceiling")
    card = card_for(
        person_id=person_id,
        public_id=wanted.card,
        provider_id=account.provider.provider_id,
        now=now,
    )
    with use_case():
        _check_free(account.account_id, person_id=person_id)
        older = AutopayAgreement.objects.select_for_update().filter(
            person_id=person_id, account_id=account.account_id, state=AgreementState.OFFERED.value
        )
        for one in older.order_by("pk"):
            move_agreement(one, new=AgreementState.ENDED, by=by, now=now, cause=AgreementCause.REPLACED)
        agreement = AutopayAgreement.objects.create(
            person_id=person_id,
            account_id=account.account_id,
            card_id=card.card_id,
            state=AgreementState.OFFERED,
            ceiling_kopecks=wanted.ceiling.kopecks if wanted.ceiling is not None else None,
            day_of_month=wanted.day_of_month,
            days_after_bill=wanted.days_after_bill,
            made_at=now,
        )
        AgreementChange.objects.create(
            agreement=agreement, old="", new=AgreementState.OFFERED, at=now, by=str(by.kind)
        )
        journal.record(
            by=by,
            action="autopay.offered",
            subject="autopay",
            subject_id=agreement.public_id,
            account_id=account.account_id,
            now=now,
            after={
                "card": card.view.shown,
                "ceiling_kopecks": agreement.ceiling_kopecks,
                "day_of_month": wanted.day_of_month,
                "days_after_bill": wanted.days_after_bill,
            },
        )
    return agreement.public_id


def confirm(*, by: Actor, public_id: str, now: datetime) -> None:
    """The person's yes: the terms hold from now on, and take the place of their older ones; again is no harm.

    :raises AutopayNotFound: no such agreement of this person, or the right to pay is gone
    :raises AutopayConflict: it was ended; the offer is older than a day; somebody else was faster
    :raises AutopayRefused: the account was closed
    :raises CardNotFound: :raises CardRefused: as :func:`offer`
    """
    try:
        with use_case():
            agreement = locked_own(by, public_id)
            if agreement.state == AgreementState.ACTIVE:
                return
            if agreement.state != AgreementState.OFFERED or now - agreement.made_at >= OFFER_LIVES:
                raise AutopayConflict(AutopayReason.STALE)
            account = _payable(by, agreement.account.public_id, now=now)
            card_for(
                person_id=agreement.person_id,
                public_id=agreement.card.public_id,
                provider_id=account.provider.provider_id,
                now=now,
            )
            _check_free(agreement.account_id, person_id=agreement.person_id)
            older = AutopayAgreement.objects.select_for_update().filter(
                person_id=agreement.person_id, account_id=agreement.account_id, state__in=sorted(STANDING)
            )
            for one in older.order_by("pk"):
                move_agreement(one, new=AgreementState.ENDED, by=by, now=now, cause=AgreementCause.REPLACED)
            with transaction.atomic():
                move_agreement(
                    agreement,
                    new=AgreementState.ACTIVE,
                    by=by,
                    now=now,
                    cause=AgreementCause.PERSON,
                    since=now,
                )
    except IntegrityError:
        # A relative said yes to theirs at the same moment.
        raise AutopayConflict(AutopayReason.TAKEN) from None


def _payable(by: Actor, public_id: str, *, now: datetime) -> AccountView:
    found = visible_accounts(by, public_ids=[public_id], right=Right.PAY)
    if not found:
        raise AutopayNotFound(AutopayReason.ACCOUNT, field="account")
    account = found[0]
    if account.closed_on is not None and account.closed_on <= provider_today(account.provider, now):
        raise AutopayRefused(AutopayReason.CLOSED, field="account")
    if not account.provider.service.charged_here:
        raise AutopayRefused(AutopayReason.NO_BILLS, field="account")
    return account


def _check_when(wanted: OfferRequest) -> None:
    day, days = wanted.day_of_month, wanted.days_after_bill
    if (day is None) == (days is None):
        raise AutopayRefused(AutopayReason.WHEN, field="when")
    if day is not None and not 1 <= day <= LAST_DAY:
        raise AutopayRefused(AutopayReason.DAY, field="day_of_month", details={"max": LAST_DAY})
    if days is not None and not 1 <= days <= MOST_DAYS_AFTER:
        raise AutopayRefused(AutopayReason.DAYS, field="days_after_bill", details={"max": MOST_DAYS_AFTER})


def _check_free(account_id: int, *, person_id: int) -> None:
    others = AutopayAgreement.objects.filter(account_id=account_id, state__in=sorted(STANDING))
    if others.exclude(person_id=person_id).exists():
        raise AutopayConflict(AutopayReason.TAKEN, field="account")
