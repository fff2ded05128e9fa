"""Reads of money that one supplier has to send to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from svet.accounts.queries import ProviderView, providers
from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import MoneySending, StatementRow
from svet.payments.rules.matching import StatementState
from svet.payments.rules.sendings import SendingState

#: The settlement account and the ИНН of who sent money, as a statement names them.
Payer = tuple[str, str]


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
    return _open_keys.count()


@frozen
def _open_keys() -> QuerySet[MoneySending, int]:
    return MoneySending.objects.filter(state=SendingState.OPEN).values_list("pk", flat=True)


def sending_of(act_public_id: str) -> SendingView | None:
    """What an act made one supplier owe another; None for other acts and those not posted."""
    found = _sendings().filter(act__public_id=act_public_id).first()
    return None if found is None else _view(found)


def sent_between(provider: ProviderView, payer: Payer, number: str, kopecks: int) -> bool:
    """Whether money that came to a supplier is what another one had to send: one sum, or all of one slip.

    A sum that was set aside for it already does not count again.
    """
    owed = list(_owed(provider, payer).values_list("number", "kopecks"))
    if not owed:
        return False
    came = StatementRow.objects.filter(
        Q(party_account=payer[0], party_account__gt="") | Q(party_inn=payer[1], party_inn__gt=""),
        provider_id=provider.provider_id,
        state=StatementState.ASIDE,
        kopecks=kopecks,
    )
    if sum(each == kopecks for _number, each in owed) > came.count():
        return True
    by_slip = sum(each for slip, each in owed if slip and slip == number)
    return by_slip == kopecks and not came.filter(number=number).exists()


def owes_money(provider: ProviderView, payer: Payer) -> bool:
    """Whether a payer is a supplier that has, or had, money to send to this one for moved payments."""
    return _owed(provider, payer).exists()


def _owed(provider: ProviderView, payer: Payer) -> QuerySet[MoneySending]:
    account, inn = payer
    payers = [
        one.provider_id
        for one in providers()
        if (account and one.settlement_account == account) or (inn and one.inn == inn)
    ]
    return MoneySending.objects.filter(
        from_provider_id__in=payers, to_provider_id=provider.provider_id
    ).exclude(state=SendingState.DROPPED)


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
