"""The sheet of «Оплата»: groups, accounts, what stands on them, what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from svet.accounts.queries import GroupView, cabinet
from svet.accounts.rules import Right
from svet.arrangements.queries import standing_promises
from svet.arrangements.queries.plans import living_plans
from svet.bills import queries as bills
from svet.cabinet.payment.form import PaymentForm, carried
from svet.cabinet.payment.rows import PaymentSheetRow, row_of
from svet.cabinet.shell.slices import Part, part_of
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import NotFound
from svet.ledger import queries as ledger
from svet.payments import queries
from svet.payments.operations.binding import binds_sbp
from svet.payments.queries import CardView, OrderView, Remainder, SeriesView
from svet.payments.queries.payees import Share
from svet.payments.queries.refunds import newest_payments
from svet.payments.queries.shops import resting_cards, stand_ins
from svet.payments.rules import AmountRefused, parse_amount
from svet.payments.texts.shops import stand_in_words
from svet.people import queries as people

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
    #: What is otherwise than usual while a bank does not answer.
    banks: tuple[str, ...] = ()
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
        return Money.total(_sum(row) for row in self.elsewhere)

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


def chosen_of_order(actor: Actor, public_id: str) -> dict[str, Money] | None:
    """The sums of an earlier order, to try it again; None when there is no such order of the actor's."""
    if not public_id:
        return None
    try:
        order = queries.order_for(actor, public_id=public_id)
    except NotFound:
        return None
    chosen = {line.account_public_id: line.money for line in order.lines}
    return chosen | dict(queries.later_lines(person_id=order.person_id, public_id=public_id))


def sheet(
    *,
    person_id: int,
    now: datetime,
    form: PaymentForm | None = None,
    chosen: dict[str, Money] | None = None,
    after: str = "",
    only_debts: bool = False,
    only: str = "",
) -> PaymentSheet:
    """Put the cabinet, the balances, the money on its way and what was typed together.

    ``only_debts`` leaves out what owes nothing; ``only`` all but one account of the cabinet, if it is there.
    ``after`` is an order of a series for several payees: what is left of it is chosen («2 из 2»).
    """
    after = form.after if form else after
    turn = queries.remainder(person_id=person_id, public_id=after) if after else None
    if turn is not None and form is None:
        chosen = dict(turn.lines)
    groups = _narrowed(cabinet(person_id), only=only)
    if form is not None and form.ticks_whole:
        form.tick_groups(groups)
    sections = _sections(groups, person_id=person_id, now=now, form=form, chosen=chosen)
    part, sections = _drawn(sections, form=form, chosen=chosen, only_debts=only_debts)
    own_email = people.email_of(person_id)
    cards = tuple(queries.cards(person_id=person_id))
    payees = {
        card.provider.provider_id for group in groups for card in group.cards if Right.PAY in card.rights
    }
    banks = tuple(stand_in_words(one.silent, one.instead) for one in stand_ins(payees))
    resting = resting_cards(person_id=person_id) if banks else frozenset()
    ready = [card.public_id for card in cards if card.public_id not in resting]
    return PaymentSheet(
        sections=sections,
        key=form.key if form else uuid4(),
        total=Money.total(_sum(row) for section in sections for row in section.rows),
        asks_email=not own_email,
        email=form.email if form else queries.last_receipt_email(person_id=person_id),
        cards=cards,
        card=form.card if form else next(iter(ready), ""),
        keep_card=form.keep_card if form else False,
        card_errors=form.errors.get("card", []) if form else [],
        email_errors=form.errors.get("email", []) if form else [],
        errors=form.errors.get("", []) if form else [],
        unfinished=tuple(queries.unfinished(person_id=person_id)),
        turns=form.turns if form else (),
        turn=turn,
        left=() if turn else tuple(queries.remainders(person_id=person_id, now=now)),
        series=tuple(one for one in queries.series_to_mind(person_id=person_id, now=now) if one.asks),
        only_debts=only_debts,
        only=only if only in [card.public_id for group in groups for card in group.cards] else "",
        banks=banks,
        binds_sbp=not any(card.is_sbp for card in cards) and binds_sbp(payees),
        part=part,
    )


def _sections(
    groups: list[GroupView],
    *,
    person_id: int,
    now: datetime,
    form: PaymentForm | None,
    chosen: dict[str, Money] | None,
) -> tuple[PaymentSection, ...]:
    """The rows of each group; open are those with something to pay or to mend, and one at least."""
    ids = [card.account_id for group in groups for card in group.cards]
    balances = ledger.balances(ids)
    transit, newest = queries.in_transit(ids), bills.last_bills(account_ids=ids)
    over = [account_id for account_id in ids if balances[account_id] < ZERO]
    newest_own = newest_payments(person_id=person_id, account_ids=over) if over else {}
    promised, plans = standing_promises(ids), living_plans(ids, now=now)
    several = len({card.provider.provider_id for group in groups for card in group.cards}) > 1
    sections = []
    for group in groups:
        rows = tuple(
            row_of(
                card,
                balances[card.account_id],
                transit.get(card.account_id, ZERO),
                newest[card.account_id],
                form,
                chosen,
                provider=card.provider.name if several else "",
                now=now,
                back=newest_own.get(card.account_id, ""),
                promised=promised.get(card.account_id),
                plan=plans.get(card.account_id),
            )
            for card in group.cards
        )
        wanted = any(row.ticked or row.debt or row.errors for row in rows)
        to_mend = any(row.errors for row in rows)
        open_now = to_mend or len(groups) == 1 or (wanted and not group.folded)
        sections.append(PaymentSection(group, rows, open_now))
    if sections and not any(section.open or section.group.folded for section in sections):
        sections[0] = PaymentSection(sections[0].group, sections[0].rows, True)
    return tuple(sections)


def _drawn(
    sections: tuple[PaymentSection, ...],
    *,
    form: PaymentForm | None,
    chosen: dict[str, Money] | None,
    only_debts: bool,
) -> tuple[Part, tuple[PaymentSection, ...]]:
    """The part that is drawn, and the sections with their rows of it.

    Debts come before what is paid, whatever is ticked, so that a tick moves nothing into another part. A part
    begins where the form wants it; elsewhere only for what must be mended, or was chosen by an earlier order.
    """
    rows = [row for section in sections for row in sorted(section.rows, key=lambda row: not row.debt)]
    listed = [row.card for row in rows]
    wanted = {row.card.account_id for row in rows if not (only_debts and row.settled)}
    first_chosen = (row.card.public_id for row in rows if chosen and row.ticked)
    start = form.part_from if form else next(first_chosen, "")
    part = part_of(listed, wanted, start=start)
    wrong = [row.card for row in rows if row.errors]
    if wrong and not any(card in part.cards for card in wrong):
        part = part_of(listed, wanted, start=wrong[0].public_id)
    here = {card.account_id for card in part.cards}
    return part, tuple(
        replace(section, drawn=tuple(row for row in section.rows if row.card.account_id in here))
        for section in sections
    )


def _narrowed(groups: list[GroupView], *, only: str) -> list[GroupView]:
    """The one account and its group; everything when it is not in this cabinet."""
    found = [
        replace(group, cards=(card,), folded=False)
        for group in groups
        for card in group.cards
        if card.public_id == only
    ]
    return found or groups


def _sum(row: PaymentSheetRow) -> Money:
    if not row.ticked:
        return ZERO
    try:
        return parse_amount(row.value)
    except AmountRefused:
        return ZERO
