"""Reads of money that one supplier has to send to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from svet.kernel.money import Money
from svet.payments.models import MoneySending
from svet.payments.rules.sendings import SendingState


@dataclass(frozen=True, slots=True)
class SendingView:
    """Money to be sent, or sent: who to whom, with the requisites of the one it goes to."""

    act_public_id: str
    state: SendingState
    money: Money
    from_name: str
    to_name: str
    to_legal_name: str
    to_inn: str
    to_kpp: str
    to_settlement_account: str
    to_bank_name: str
    to_bic: str
    from_account: str
    to_account: str
    since: datetime
    number: str
    sent_on: date | None
    sent_by: str
    sent_at: datetime | None

    def age(self, now: datetime) -> timedelta:
        """How long it has been waiting."""
        return now - self.since


def open_sendings(*, limit: int) -> list[SendingView]:
    """Money to be sent, the longest waiting first."""
    return [_view(one) for one in _sendings().filter(state=SendingState.OPEN).order_by("since", "pk")[:limit]]


def open_sending_count() -> int:
    """How many sums are to be sent."""
    return MoneySending.objects.filter(state=SendingState.OPEN).count()


def sending_of(act_public_id: str) -> SendingView | None:
    """What an act made one supplier owe another; None for other acts and those not posted."""
    found = _sendings().filter(act__public_id=act_public_id).first()
    return None if found is None else _view(found)


def _sendings() -> QuerySet[MoneySending]:
    return MoneySending.objects.select_related(
        "act__account", "act__to_account", "from_provider", "to_provider"
    )


def _view(one: MoneySending) -> SendingView:
    to, own, other = one.to_provider, one.act.account, one.act.to_account
    numbers = [own.number, "" if other is None else other.number]
    from_account, to_account = numbers if one.act.kopecks > 0 else reversed(numbers)
    return SendingView(
        act_public_id=one.act.public_id,
        state=SendingState(one.state),
        money=one.money,
        from_name=one.from_provider.name,
        to_name=to.name,
        to_legal_name=to.legal_name,
        to_inn=to.inn,
        to_kpp=to.kpp,
        to_settlement_account=to.settlement_account,
        to_bank_name=to.bank_name,
        to_bic=to.bic,
        from_account=from_account,
        to_account=to_account,
        since=one.since,
        number=one.number,
        sent_on=one.sent_on,
        sent_by=one.sent_by_name,
        sent_at=one.sent_at,
    )
