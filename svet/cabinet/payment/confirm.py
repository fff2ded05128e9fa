"""«Списать?», «Оплатить одной картой?»: what is charged without a further press is said and agreed to first.

A bound card is charged at once; and where one card pays several payees, what follows the first payment is.
Programs need no such page: theirs have named the card and the sums themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from svet.accounts.queries import AccountCard, cabinet
from svet.accounts.rules import Right
from svet.bills import queries as bills
from svet.cabinet.payment.form import PaymentForm
from svet.kernel.money import Money
from svet.payments.operations import AccountNotPayable
from svet.payments.operations.cards import usable_card
from svet.payments.queries import CardView
from svet.payments.queries.choices import unasked_sum
from svet.payments.queries.parts import beyond_row, in_rows
from svet.payments.rules import LIMITS, body_hash
from svet.payments.rules.refusals import OrderReason


@dataclass(frozen=True, slots=True)
class CardCharge:
    """One account of the question."""

    account: AccountCard
    money: Money


@dataclass(frozen=True, slots=True)
class PayeeCharge:
    """What one payee gets: now, in its turn, or (``later``) by another press."""

    payee: str
    charges: tuple[CardCharge, ...]
    later: bool
    #: Later not for another bank's sake: the row is full.
    beyond: bool = False

    @property
    def total(self) -> Money:
        return Money.total(charge.money for charge in self.charges)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a card is charged; ``consent`` fits these lines, this card and this row only."""

    key: UUID
    card: CardView | None
    payees: tuple[PayeeCharge, ...]
    form: PaymentForm
    consent: str

    @property
    def charges(self) -> list[CardCharge]:
        """All accounts that were ticked."""
        return [charge for payee in self.payees for charge in payee.charges]

    @property
    def now(self) -> list[PayeeCharge]:
        """Whom this press pays."""
        return [payee for payee in self.payees if not payee.later]

    @property
    def whole(self) -> Money:
        """The sum of all that was ticked, as the form counted it."""
        return Money.total(payee.total for payee in self.payees)

    @property
    def total(self) -> Money:
        """What this press pays."""
        return Money.total(payee.total for payee in self.now)

    @property
    def others(self) -> list[tuple[str, str]]:
        """Sums of accounts that are not ticked, carried along so that «Изменить» finds them in place."""
        return [pair for pair in self.form.typed.items() if pair[0] not in self.form.ticked]


def question(form: PaymentForm, *, person_id: int, now: datetime) -> Question | None:
    """What to ask before charging, or None: nothing is charged by itself, or the order will be refused.

    A question that was answered comes back too: :func:`agreed` tells.

    :raises CardNotFound: :raises CardRefused: the card is not to be had
    :raises AccountNotPayable: one of the accounts is not in the person's cabinet with the right to pay
    """
    total = Money.total(money for _, money in form.lines)
    refused = not form.lines or len(form.lines) > LIMITS.lines_max or total > LIMITS.total_max
    if refused or form.expected_total not in (None, total):
        return None  # nothing is charged: making the order says what is wrong
    known = {each.public_id: each for group in cabinet(person_id) for each in group.cards}
    charges = [(known.get(public_id), money) for public_id, money in form.lines]
    if any(account is None or Right.PAY not in account.rights for account, _ in charges):
        if not form.card:
            return None
        _check_card(form, person_id=person_id, now=now)
        raise AccountNotPayable(OrderReason.ACCOUNT_NOT_FOUND, field="lines")
    payees = _payees([CardCharge(account, money) for account, money in charges if account], form=form)
    row = [payee for payee in payees if not payee.later]
    if any(payee.later and not payee.beyond for payee in payees) and not form.in_turn:
        return None  # nothing is charged: making the order tells of the several payees
    if len(row) == 1 and not form.card:
        return None  # the bank's page asks by itself
    if len(payees) == 1 and total <= unasked_sum(person_id):
        return None  # the person does not want to be asked about small sums
    consent = body_hash(form.lines, card=form.card, keeps_card=form.keep_card, in_row=len(row) > 1)
    card = None if form.charge == consent else _check_card(form, person_id=person_id, now=now)
    return Question(form.key, card, payees, form, consent)


def agreed(asked: Question | None) -> bool:
    """Whether the person has said yes to exactly this, or nothing needed to be asked."""
    return asked is None or asked.form.charge == asked.consent


def in_row(asked: Question | None) -> bool:
    """Whether several payees are paid by this one press."""
    return asked is not None and len(asked.now) > 1


def beyond(asked: Question | None) -> bool:
    """Whether some payees were told that they follow by another press, the row being full."""
    return asked is not None and any(payee.beyond for payee in asked.payees)


def _check_card(form: PaymentForm, *, person_id: int, now: datetime) -> CardView | None:
    return usable_card(person_id=person_id, public_id=form.card, now=now) if form.card else None


def _payees(charges: list[CardCharge], *, form: PaymentForm) -> tuple[PayeeCharge, ...]:
    """By payee: first those that one press pays, by their nearest due day.

    «По очереди» within one shop is an order at a time, unless there are more than one row holds.
    """
    by_payee: dict[int, list[CardCharge]] = {}
    for charge in charges:
        by_payee.setdefault(charge.account.provider.provider_id, []).append(charge)
    days = bills.due_days(public_ids=[charge.account.public_id for charge in charges])
    due = {
        payee: min(days.get(charge.account.public_id, date.max) for charge in own)
        for payee, own in by_payee.items()
    }
    payees = sorted(by_payee, key=lambda payee: due[payee])
    groups, beyond = in_rows(payees), beyond_row(payees)
    now = groups[0][:1] if form.in_turn and len(groups) == 1 else groups[0]
    return tuple(
        PayeeCharge(
            by_payee[payee][0].account.provider.name,
            tuple(by_payee[payee]),
            later=payee not in now,
            beyond=payee in beyond,
        )
        for payee in [*now, *(one for group in groups for one in group if one not in now)]
    )
