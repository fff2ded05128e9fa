"""«Списать?»: a bound card is charged at once, so the page says first how much, from which card and for whom.

Programs need no such page: theirs have named the card and the sum themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from svet.accounts.queries import AccountCard, cabinet
from svet.accounts.rules import Right
from svet.cabinet.payment.form import PaymentForm
from svet.kernel.money import Money
from svet.payments.operations import AccountNotPayable
from svet.payments.operations.cards import usable_card
from svet.payments.queries import CardView
from svet.payments.rules import LIMITS, body_hash
from svet.payments.rules.refusals import OrderReason


@dataclass(frozen=True, slots=True)
class CardCharge:
    """One account of the question."""

    account: AccountCard
    money: Money


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a bound card is charged; ``consent`` fits these lines and this card only."""

    key: UUID
    card: CardView
    charges: tuple[CardCharge, ...]
    total: Money
    form: PaymentForm
    consent: str

    @property
    def others(self) -> list[tuple[str, str]]:
        """Sums of accounts that are not ticked, carried along so that «Изменить» finds them in place."""
        return [pair for pair in self.form.typed.items() if pair[0] not in self.form.ticked]


def question(form: PaymentForm, *, person_id: int, now: datetime) -> Question | None:
    """What to ask before charging, or None: no bound card, asked already, or the order will be refused.

    :raises CardNotFound: :raises CardRefused: the card is not to be had
    :raises AccountNotPayable: one of the accounts is not in the person's cabinet with the right to pay
    """
    total = Money.total(money for _, money in form.lines)
    consent = body_hash(form.lines, card=form.card)
    if not form.card or form.charge == consent:
        return None
    refused = not form.lines or len(form.lines) > LIMITS.lines_max or total > LIMITS.total_max
    if refused or form.expected_total not in (None, total):
        return None  # nothing is charged: making the order says what is wrong
    card = usable_card(person_id=person_id, public_id=form.card, now=now)
    known = {each.public_id: each for group in cabinet(person_id) for each in group.cards}
    charges = []
    for public_id, money in form.lines:
        account = known.get(public_id)
        if account is None or Right.PAY not in account.rights:
            raise AccountNotPayable(OrderReason.ACCOUNT_NOT_FOUND, field="lines")
        charges.append(CardCharge(account, money))
    if not form.in_turn and len({charge.account.provider.provider_id for charge in charges}) > 1:
        return None  # nothing is charged: making the order tells of the several payees
    return Question(form.key, card, tuple(charges), total, form, consent)
