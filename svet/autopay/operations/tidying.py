"""What ends or pauses agreements without anybody's word: card, right, account, a recovery, time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from svet.accounts.queries import AccountView, accounts_by_id, people_by_account, provider_today
from svet.accounts.rules import Right
from svet.autopay.models import AutopayAgreement, AutopayTry
from svet.autopay.operations.moving import locked_agreement, stop_by
from svet.autopay.operations.telling_stops import tell_stopped
from svet.autopay.rules import OFFER_LIVES, STANDING, AgreementCause, AgreementState
from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.operations.unattended import cards_for
from svet.people import queries as people

BY = "autopay.tidy"


def tidy(*, now: datetime) -> int:
    """End and pause what stands no more; says how many. Each in a transaction of its own."""
    moved = 0
    for agreement_id in found_causes(_alive.all(), now=now):
        with use_case():
            moved += judge_locked(locked_agreement(agreement_id), by=Actor.system(BY), now=now)
    return moved


@frozen
def _alive() -> QuerySet[AutopayAgreement]:
    return AutopayAgreement.objects.exclude(state=AgreementState.ENDED.value).order_by("pk")


def judge_locked(agreement: AutopayAgreement, *, by: Actor, now: datetime) -> bool:
    """Stop a locked agreement that may not go on, and tell its person (a step); says whether it was."""
    require_transaction()
    cause = found_causes([agreement], now=now).get(agreement.pk)
    if cause is None:
        return False
    stop_by(agreement, cause=cause, by=by, now=now)
    if cause not in (AgreementCause.UNCONFIRMED, AgreementCause.LEFT):
        tell_stopped(agreement, cause=cause, now=now)
    return True


def found_causes(agreements: Iterable[AutopayAgreement], *, now: datetime) -> dict[int, AgreementCause]:
    """Which of these stand no more, and why; a fixed number of reads but one per person and provider."""
    rows = [one for one in agreements if one.state != AgreementState.ENDED]
    standing = [one for one in rows if one.state in STANDING]
    known = accounts_by_id({row.account_id for row in standing})
    accounts: dict[int, AccountView] = {one.account_id: one for one in known}
    payers = people_by_account(account_ids=list(accounts), right=Right.PAY)
    recovered = people.recoveries({row.person_id for row in standing})
    disputed = _disputed(standing)
    cards: dict[tuple[int, int], dict[int, bool]] = {}
    found: dict[int, AgreementCause] = {}
    for row in rows:
        cause = None
        if row.state == AgreementState.OFFERED:
            cause = AgreementCause.UNCONFIRMED if now - row.made_at >= OFFER_LIVES else None
        else:
            account = accounts[row.account_id]
            whose = (row.person_id, account.provider.provider_id)
            if whose not in cards:
                bound = cards_for(person_id=whose[0], provider_id=whose[1])
                cards[whose] = {card.card_id: card.refusal is None for card in bound}
            today = provider_today(account.provider, now)
            if row.card_id not in cards[whose]:
                cause = AgreementCause.CARD_GONE
            elif row.person_id not in payers.get(row.account_id, []):
                cause = AgreementCause.RIGHT_GONE
            elif account.closed_on is not None and account.closed_on <= today:
                cause = AgreementCause.ACCOUNT_CLOSED
            elif row.state == AgreementState.ACTIVE and row.pk in disputed:
                cause = AgreementCause.DISPUTED
            elif row.state == AgreementState.ACTIVE:
                cause = _pauses(row, fits=cards[whose][row.card_id], recovered=recovered)
        if cause is not None:
            found[row.pk] = cause
    return found


def _disputed(standing: list[AutopayAgreement]) -> frozenset[int]:
    """Of which of these a charge was disputed since the person last turned them on."""
    return frozenset(_told_of.all([one.pk for one in standing]))


@frozen
def _told_of(agreement_ids: Collection[int]) -> QuerySet[AutopayTry, int]:
    told = AutopayTry.objects.filter(
        turn__agreement_id__in=agreement_ids, order__chargebacks__written_at__gte=F("turn__agreement__since")
    )
    return told.values_list("turn__agreement_id", flat=True)


def _pauses(row: AutopayAgreement, *, fits: bool, recovered: dict[int, datetime]) -> AgreementCause | None:
    at = recovered.get(row.person_id)
    if at is not None and row.since is not None and at >= row.since:
        return AgreementCause.RECOVERED
    return None if fits else AgreementCause.CARD_UNFIT
