"""One account on the sheet of «Оплата»: what it owes, by when, what was agreed about it, what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from svet.accounts.queries import AccountCard, provider_today
from svet.accounts.rules import Right
from svet.arrangements.rules import PromiseView
from svet.arrangements.rules.plans import InstalmentState
from svet.arrangements.rules.views import InstalmentView
from svet.arrangements.texts.plans import plan_note, plan_progress
from svet.bills.queries import BillSummary
from svet.bills.rules.arrears import PromisedPart, arrears_in_parts
from svet.cabinet.payment.form import AMOUNT, PaymentForm
from svet.cabinet.shell.late import late_of
from svet.kernel.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class PaymentSheetRow:
    """One account on the sheet."""

    card: AccountCard
    balance: Money
    transit: Money
    due_on: date | None
    overdue: bool
    payable: bool
    ticked: bool
    value: str
    errors: list[str]
    #: Whose bill it is; empty where the cabinet has one provider.
    provider: str = ""
    #: The person's payment that may have overpaid it.
    back: str = ""
    #: The day by which what it owes was promised to be paid.
    promised_on: date | None = None
    #: That day has passed, and nobody has judged yet whether the money came.
    promise_over: bool = False
    #: Where its instalments stand, or that they wait.
    plan: str = ""
    plan_note: str = ""
    #: Whether it is paid in parts, and what is asked of it now.
    in_parts: bool = False
    ask: Money = ZERO
    #: What the person's own autopay is about to charge of it.
    charged: str = ""

    @property
    def over(self) -> bool:
        return self.balance.kopecks < 0

    @property
    def debt(self) -> bool:
        return self.balance.kopecks > 0

    @property
    def settled(self) -> bool:
        """Whether the row may be folded away: nothing is owed, nothing was chosen."""
        return not (self.debt or self.ticked or self.errors)


def row_of(
    card: AccountCard,
    balance: Money,
    transit: Money,
    newest: Sequence[BillSummary],
    form: PaymentForm | None,
    chosen: dict[str, Money] | None,
    *,
    provider: str,
    back: str,
    promised: PromiseView | None,
    plan: InstalmentView | None,
    charged: str,
    held: bool,
    now: datetime,
) -> PaymentSheetRow:
    """The row of one account, of which the caller has read everything.

    ``held``: the button does not offer it unasked, for it would be refused, or paid twice.
    """
    today = provider_today(card.provider, now)
    owed = max(balance - transit, ZERO)
    word = PromisedPart(promised.left, promised.until_on) if promised is not None else None
    late = late_of(newest, balance=balance, transit=transit, promised=word, today=today)
    in_parts = plan is not None and plan.state is InstalmentState.STANDING
    if plan is not None and in_parts:
        # Of a debt that is paid in parts the one whose turn it is is asked, with the bills until its day.
        late = arrears_in_parts(ask=plan.due, until=plan.asks_on, transit=transit, today=today)
        owed = min(owed, late.owed)
    payable = Right.PAY in card.rights
    ticked = payable and bool(owed) and not held
    value = _as_typed(owed) if owed else ""
    if chosen is not None:
        ticked = payable and card.public_id in chosen
        value = _as_typed(chosen[card.public_id]) if card.public_id in chosen else value
    if form is not None:
        ticked = payable and card.public_id in form.ticked
        value = form.typed.get(card.public_id, "")
    return PaymentSheetRow(
        card=card,
        balance=balance,
        transit=transit,
        # As «Сегодня» says it: all of it late since the oldest bill not paid, else by the next day to come.
        due_on=late.since if late.late == owed or late.due_on is None else late.due_on,
        overdue=late.since is not None and (late.late == owed or late.due_on is None),
        payable=payable,
        ticked=ticked,
        value=value,
        errors=form.errors.get(AMOUNT + card.public_id, []) if form else [],
        provider=provider,
        back=back,
        promised_on=promised.until_on if promised is not None and promised.left and owed else None,
        promise_over=promised is not None and promised.until_on < today,
        plan=plan_progress(plan) if plan is not None else "",
        plan_note=plan_note(plan) if plan is not None else "",
        in_parts=in_parts,
        ask=late.owed if in_parts else ZERO,
        charged=charged if payable and balance > ZERO else "",
    )


def _as_typed(money: Money) -> str:
    """«1234,56»: what stands in a money field."""
    return f"{money.roubles:.2f}".replace(".", ",")
