"""The form of «Оплата»: what was typed, and the sheet of accounts it is shown on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from svet.accounts.queries import AccountCard, GroupView, cabinet
from svet.accounts.rules import Right
from svet.bills import queries as bills
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import NotFound
from svet.ledger import queries as ledger
from svet.payments import queries, texts
from svet.payments.queries import CardView, OrderView, Remainder, SeriesView
from svet.payments.queries.payees import Share
from svet.payments.rules import AmountRefused, parse_amount
from svet.people import queries as people

AMOUNT = "amount-"
LONGEST_SHOWN = 40
_KNOWN = frozenset(
    {
        "csrfmiddlewaretoken",
        "key",
        "total",
        "email",
        "tick",
        "recount",
        "card",
        "keep_card",
        "in_turn",
        "after",
        "charge",
    }
)


class PaymentForm:
    """The sent form: one tick and one sum per account, the key of the attempt, the receipt's address.

    Not a Django form: its fields are as many as the person has accounts, and the accounts are judged by the
    operation, not here.
    """

    def __init__(self, data: QueryDict) -> None:
        self._data = data
        self.errors: dict[str, list[str]] = {}
        self.key = uuid4()
        self.ticked = frozenset(text[:LONGEST_SHOWN] for text in data.getlist("tick")[:200])
        self.typed = {
            name.removeprefix(AMOUNT)[:LONGEST_SHOWN]: self._text(name)[:LONGEST_SHOWN]
            for name in list(data)[:500]
            if name.startswith(AMOUNT)
        }
        self.email = self._text("email").strip()[:254]
        self.is_recount = "recount" in data
        self.card = self._text("card")[:LONGEST_SHOWN]
        self.keep_card = "keep_card" in data
        #: What the person has agreed to charge: see :mod:`svet.cabinet.payment.confirm`.
        self.charge = self._text("charge")[:64]
        # Several payees: the person has agreed to pay them one after the other; which order this one follows.
        self.in_turn = "in_turn" in data
        self.after = self._text("after")[:LONGEST_SHOWN]
        self.turns: tuple[Share, ...] = ()
        self.lines: list[tuple[str, Money]] = []
        self.expected_total: Money | None = None

    def is_valid(self) -> bool:
        """Judge everything at once, so that nobody mends one field after another."""
        self._check_names()
        self._read_key()
        for account in sorted(self.ticked, key=self._place):
            raw = self._text(AMOUNT + account)
            try:
                self.lines.append((account, parse_amount(raw, field=AMOUNT + account)))
            except AmountRefused as refusal:
                self.add_error(refusal.field, texts.explain(refusal))
        if self.email:
            try:
                validate_email(self.email)
            except ValidationError:
                self.add_error("email", _("Проверьте адрес: он должен быть вида имя@почта.ру."))
        if self._text("total"):
            try:
                self.expected_total = parse_amount(self._text("total"), field="total")
            except AmountRefused:
                self.expected_total = ZERO
        return not self.errors

    def add_error(self, name: str, text: str) -> None:
        """Put a sentence beside a field; a name the page does not show goes above the form."""
        shown = name if name in ("email", "card") or name.startswith(AMOUNT) else ""
        self.errors.setdefault(shown, []).append(text)

    def _text(self, name: str) -> str:
        values = self._data.getlist(name)
        return str(values[-1]) if values else ""

    def renew_key(self) -> None:
        """Let the next attempt be another order."""
        self.key = uuid4()

    def _check_names(self) -> None:
        for name in self._data:
            if name not in _KNOWN and not name.startswith(AMOUNT):
                self.add_error("", _("Страница прислала лишнее. Обновите её и попробуйте ещё раз."))
                return
            if name != "tick" and len(self._data.getlist(name)) > 1:
                self.add_error(name, _("Это значение пришло несколько раз. Обновите страницу."))

    def _read_key(self) -> None:
        try:
            self.key = UUID(self._text("key")[:36])
        except ValueError:
            self.add_error("", _("Страница устарела. Проверьте суммы и нажмите «Оплатить» ещё раз."))

    def _place(self, account: str) -> int:
        names = list(self.typed)
        return names.index(account) if account in names else len(names)


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

    @property
    def over(self) -> bool:
        return self.balance.kopecks < 0

    @property
    def debt(self) -> bool:
        return self.balance.kopecks > 0


@dataclass(frozen=True, slots=True)
class PaymentSection:
    """One group on the sheet; open when there is something to pay, to mend, or nothing else to show."""

    group: GroupView
    rows: tuple[PaymentSheetRow, ...]
    open: bool

    @property
    def debt(self) -> Money:
        """What the accounts in debt owe together; overpayments of others do not hide it."""
        return Money.total(row.balance for row in self.rows if row.debt)

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
) -> PaymentSheet:
    """Put the cabinet, the balances, the money on its way and what was typed together.

    ``after`` is an order of a series for several payees: what is left of it is chosen («2 из 2»).
    """
    after = form.after if form else after
    turn = queries.remainder(person_id=person_id, public_id=after) if after else None
    if turn is not None and form is None:
        chosen = dict(turn.lines)
    groups = cabinet(person_id)
    ids = [card.account_id for group in groups for card in group.cards]
    balances = ledger.balances(ids)
    transit, newest = queries.in_transit(ids), bills.latest(account_ids=ids)
    sections = []
    for group in groups:
        rows = tuple(
            _row(
                card,
                balances[card.account_id],
                transit.get(card.account_id, ZERO),
                newest[card.account_id].due_on if card.account_id in newest else None,
                form,
                chosen,
            )
            for card in group.cards
        )
        wanted = any(row.ticked or row.debt or row.errors for row in rows)
        to_mend = any(row.errors for row in rows)
        open_now = to_mend or len(groups) == 1 or (wanted and not group.folded)
        sections.append(PaymentSection(group, rows, open_now))
    if sections and not any(section.open or section.group.folded for section in sections):
        sections[0] = PaymentSection(sections[0].group, sections[0].rows, True)
    own_email = people.email_of(person_id)
    cards = tuple(queries.cards(person_id=person_id))
    return PaymentSheet(
        sections=tuple(sections),
        key=form.key if form else uuid4(),
        total=Money.total(_sum(row) for section in sections for row in section.rows),
        asks_email=not own_email,
        email=form.email if form else queries.last_receipt_email(person_id=person_id),
        cards=cards,
        card=form.card if form else (cards[0].public_id if cards else ""),
        keep_card=form.keep_card if form else False,
        card_errors=form.errors.get("card", []) if form else [],
        email_errors=form.errors.get("email", []) if form else [],
        errors=form.errors.get("", []) if form else [],
        unfinished=tuple(queries.unfinished(person_id=person_id)),
        turns=form.turns if form else (),
        turn=turn,
        left=() if turn else tuple(queries.remainders(person_id=person_id, now=now)),
        series=tuple(one for one in queries.series_to_mind(person_id=person_id, now=now) if one.asks),
    )


def _row(
    card: AccountCard,
    balance: Money,
    transit: Money,
    due_on: date | None,
    form: PaymentForm | None,
    chosen: dict[str, Money] | None,
) -> PaymentSheetRow:
    owed = max(balance - transit, ZERO)
    payable = Right.PAY in card.rights
    ticked = payable and bool(owed)
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
        due_on=due_on if owed else None,
        overdue=bool(owed) and due_on is not None and due_on < timezone.localdate(),
        payable=payable,
        ticked=ticked,
        value=value,
        errors=form.errors.get(AMOUNT + card.public_id, []) if form else [],
    )


def _as_typed(money: Money) -> str:
    """«1234,56»: what stands in a money field."""
    return f"{money.roubles:.2f}".replace(".", ",")


def _sum(row: PaymentSheetRow) -> Money:
    if not row.ticked:
        return ZERO
    try:
        return parse_amount(row.value)
    except AmountRefused:
        return ZERO
