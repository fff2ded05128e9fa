"""The form of «Оплата»: what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext as _

from svet.accounts.queries import GroupView
from svet.kernel.money import ZERO, Money
from svet.payments import texts
from svet.payments.queries.payees import Share
from svet.payments.rules import AmountRefused, parse_amount

AMOUNT = "amount-"
#: ``recount`` with the id of a group, or with this, ticks all of it, or nothing when all was ticked.
ALL = "all"
LONGEST_SHOWN = 40
#: More than any sheet draws and carries: no tick that was sent is lost without a word.
MOST_TICKS = 2_000
#: Some five hundred accounts; a sum of forty letters is up to 480 bytes there.
LONGEST_REST = 60_000
_CARRIED = re.compile(r"([+-])([0-9A-Za-z_-]{1,40})=(\S{0,480})")
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
        "from",
        "go",
        "rest",
    }
)


def carried(rows: Iterable[tuple[str, str, bool]]) -> str:
    """Accounts of parts that are not drawn, their sums as typed and their ticks, as one field."""
    return " ".join(
        f"{'+' if ticked else '-'}{account}={quote(text, safe=',')}" for account, text, ticked in rows
    )


def carried_in(field: str) -> list[tuple[str, str, bool]]:
    """What :func:`carried` has written; what is not of its form is left out."""
    found = [_CARRIED.fullmatch(each) for each in field[:LONGEST_REST].split()]
    return [(each[2], unquote(each[3])[:LONGEST_SHOWN], each[1] == "+") for each in found if each]


class PaymentForm:
    """The sent form: one tick and one sum per account, the key of the attempt, the receipt's address.

    Not a Django form: its fields are as many as the person has accounts, and the accounts are judged by the
    operation, not here.
    """

    def __init__(self, data: QueryDict) -> None:
        self._data = data
        self.errors: dict[str, list[str]] = {}
        self.key = uuid4()
        rest = carried_in(" ".join(data.getlist("rest")))
        self._rest = {account: text for account, text, _ in rest}
        ticked = [*data.getlist("tick"), *(account for account, _, ticked in rest if ticked)]
        self.ticked = frozenset(text[:LONGEST_SHOWN] for text in ticked[:MOST_TICKS])
        self.typed = {
            name.removeprefix(AMOUNT)[:LONGEST_SHOWN]: self._text(name)[:LONGEST_SHOWN]
            for name in list(data)[:500]
            if name.startswith(AMOUNT)
        }
        self.typed = self.typed | {each: text for each, text in self._rest.items() if each not in self.typed}
        self.email = self._text("email").strip()[:254]
        # Of a long list a part is drawn: where the one that was sent begins, and where to go on.
        self.going_to = self._text("go")[:LONGEST_SHOWN]
        self.part_from = self.going_to or self._text("from")[:LONGEST_SHOWN]
        self.is_recount = "recount" in data or "go" in data
        self.ticks_whole = self._text("recount")[:LONGEST_SHOWN]
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
            raw = self._text(AMOUNT + account) or self._rest.get(account, "")
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

    def tick_groups(self, groups: list[GroupView]) -> None:
        """What the button of a group asks for without JavaScript: tick its sums, or untick all of it."""
        wanted = {
            card.public_id
            for group in groups
            if self.ticks_whole in (ALL, group.public_id)
            for card in group.cards
        }
        owed = frozenset(account for account in wanted if self.typed.get(account, "").strip(" 0,."))
        self.ticked = self.ticked - wanted if owed <= self.ticked else self.ticked | owed

    def renew_key(self) -> None:
        """Let the next attempt be another order."""
        self.key = uuid4()

    def _check_names(self) -> None:
        for name in self._data:
            if name not in _KNOWN and not name.startswith(AMOUNT):
                self.add_error("", _("Страница прислала лишнее. Обновите её и попробуйте ещё раз."))
                return
            if name not in ("tick", "rest") and len(self._data.getlist(name)) > 1:
                self.add_error(name, _("Это значение пришло несколько раз. Обновите страницу."))

    def _read_key(self) -> None:
        try:
            self.key = UUID(self._text("key")[:36])
        except ValueError:
            self.add_error("", _("Страница устарела. Проверьте суммы и нажмите «Оплатить» ещё раз."))

    def _place(self, account: str) -> int:
        names = list(self.typed)
        return names.index(account) if account in names else len(names)
