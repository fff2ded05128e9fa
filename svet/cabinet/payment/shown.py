"""What «Оплата» shows: the sheet, its groups, and what follows from their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from svet.accounts.queries import GroupView
from svet.cabinet.payment.form import carried
from svet.cabinet.payment.rows import PaymentSheetRow
from svet.cabinet.shell.slices import Part
from svet.kernel.money import ZERO, Money
from svet.payments.queries import CardView, OrderView, Remainder, SeriesView
from svet.payments.queries.payees import Share
from svet.payments.rules import LIMITS, AmountRefused, parse_amount

#: From so many accounts on the sheet is a list of rows, before it cards.
ROWS_FROM = 4


@dataclass(frozen=True, slots=True)
class PaymentSection:
    """One group on the sheet; open when there is something to pay, to mend, or nothing else to show."""

    group: GroupView
    rows: tuple[PaymentSheetRow, ...]
    open: bool
    #: Those of a long list that this part of the page draws.
    drawn: tuple[PaymentSheetRow, ...] = ()

    @property
    def owing(self) -> list[PaymentSheetRow]:
        """What is to be paid, chosen or mended, of those that are drawn."""
        return [row for row in self.drawn if not row.settled]

    @property
    def settled(self) -> list[PaymentSheetRow]:
        """What is folded, of those that are drawn."""
        return [row for row in self.drawn if row.settled]

    @property
    def settled_over(self) -> Money:
        """The overpayments of what is folded, negative."""
        return Money.total(row.balance for row in self.settled if row.over)

    @property
    def carried(self) -> list[PaymentSheetRow]:
        """What is drawn elsewhere and has a sum or a tick: the form carries both, unseen."""
        here = {row.card.account_id for row in self.drawn}
        return [
            row
            for row in self.rows
            if row.payable and (row.value or row.ticked) and row.card.account_id not in here
        ]

    @property
    def rest(self) -> str:
        """The same as one field of the form."""
        return carried((row.card.public_id, row.value, row.ticked) for row in self.carried)

    @property
    def payable(self) -> bool:
        """Whether the tick of the group has anything to tick."""
        return any(row.payable and row.debt for row in self.rows)

    @property
    def ticked(self) -> bool:
        """Whether the tick of the group is on: every payable debt is chosen."""
        return self.payable and all(row.ticked for row in self.rows if row.payable and row.debt)

    @property
    def debt(self) -> Money:
        """What the accounts in debt owe together; overpayments of others do not hide it."""
        return Money.total(row.balance for row in self.rows if row.debt)

    @property
    def asked(self) -> Money | None:
        """What of the debt is asked now; None: all of it, for nothing of it is paid in parts."""
        if not any(row.in_parts for row in self.rows):
            return None
        return Money.total(row.ask if row.in_parts else row.balance for row in self.rows if row.debt)

    @property
    def over(self) -> Money:
        """The overpayments together, negative."""
        return Money.total(row.balance for row in self.rows if row.over)


@dataclass(frozen=True, slots=True)
class PaymentSheet:
    """Everything «Оплата» shows."""

    sections: tuple[PaymentSection, ...]
    key: UUID
    total: Money
    asks_email: bool
    email: str
    cards: tuple[CardView, ...] = ()
    card: str = ""
    keep_card: bool = False
    email_errors: list[str] = field(default_factory=list)
    card_errors: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    unfinished: tuple[OrderView, ...] = ()
    turns: tuple[Share, ...] = ()
    turn: Remainder | None = None
    left: tuple[Remainder, ...] = ()
    series: tuple[SeriesView, ...] = ()
    only_debts: bool = False
    #: The one account of the cabinet that is shown.
    only: str = ""
    #: What is otherwise than usual with the banks, and for which payees where it is not so for all.
    banks: tuple[tuple[str, str], ...] = ()
    #: Whether an account of СБП can be bound to pay by.
    binds_sbp: bool = False
    part: Part = field(default_factory=Part)

    @property
    def as_rows(self) -> bool:
        """Whether there are so many accounts that cards would hide one another."""
        return self.accounts >= ROWS_FROM

    @property
    def accounts(self) -> int:
        """How many accounts the cabinet has."""
        return sum(len(section.rows) for section in self.sections)

    @property
    def debtors(self) -> int:
        """How many of them owe."""
        return sum(row.debt for section in self.sections for row in section.rows)

    @property
    def starts_at(self) -> str:
        """The account at which the drawn part begins."""
        return self.part.cards[0].public_id if self.part.cards else ""

    @property
    def elsewhere(self) -> list[PaymentSheetRow]:
        """What is ticked in parts that are not drawn: the button pays it too."""
        return [row for section in self.sections for row in section.carried if row.ticked]

    @property
    def elsewhere_total(self) -> Money:
        """What that comes to."""
        return Money.total(sum_of(row) for row in self.elsewhere)

    @property
    def most_at_once(self) -> int:
        """How many accounts one payment takes, where more than that owe; else 0."""
        owing = sum(row.payable and row.debt for section in self.sections for row in section.rows)
        return LIMITS.lines_max if owing > LIMITS.lines_max else 0

    @property
    def all_ticked(self) -> bool:
        """Whether the tick of everything is on."""
        payable = [section for section in self.sections if section.payable]
        return bool(payable) and all(section.ticked for section in payable)

    @property
    def empty(self) -> bool:
        return not any(section.rows for section in self.sections)

    @property
    def has_field_errors(self) -> bool:
        if self.email_errors or self.card_errors:
            return True
        return any(row.errors for section in self.sections for row in section.rows)

    @property
    def payable(self) -> bool:
        return any(row.payable for section in self.sections for row in section.rows)


def sum_of(row: PaymentSheetRow) -> Money:
    """What a row adds to the button: the sum of a ticked one, as far as it is one."""
    if not row.ticked:
        return ZERO
    try:
        return parse_amount(row.value)
    except AmountRefused:
        return ZERO
