"""The bank's register of payments (the common Sberbank-like form, Windows-1251, no heading).

``dd-mm-yyyy;hh-mm-ss;osb;vsp;cashier;SUIP;account;name;address;MMYY;sum;transfer;commission`` per payment,
last line ``=count;sum;transfer;commission;order no;date``. Sums are roubles with a comma, below zero for a
reversal. A customer's debt falls by ``sum`` (what the person paid); ``transfer`` is what reaches the
retailer's account. The form knows no quoting: a quote is a letter, a ``;`` in a name makes a row too wide.
A source may write another form (:class:`Layout`).

A row that cannot be read is one bad row. Its number, day, account and sum are read as far as they are
certain; the control line proves the sums.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from svet.exchange.rules import values
from svet.exchange.rules.payment_rows import (
    LONGEST,
    BadRow,
    PaymentRow,
    identity,
    money_or_none,
    named_month,
    read_row,
)
from svet.exchange.rules.refusals import FileReason, FileRefused, RowFault, RowReason
from svet.exchange.rules.tables import MAX_FIELD, RegisterLine
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import Money
from svet.payments.rules.layouts import (
    COLUMNS,
    PLAIN_LAYOUT,
    ControlRule,
    DateForm,
    Layout,
    SignRule,
)

NAMES = COLUMNS


@dataclass(frozen=True, slots=True)
class PaymentRegister:
    """A whole register whose control line agrees with its rows, or that a person took as it is.

    ``faults`` are the rows that cannot be told from others; ``sums`` are their sums where they are known.
    ``difference`` is what the control line says more than the rows.
    """

    rows: Sequence[PaymentRow]
    faults: Sequence[tuple[RegisterLine, RowFault]]
    total: Money
    order_number: str
    sums: Sequence[Money] = ()
    difference: Money = field(default_factory=Money)


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A line as far as it can be read at a glance; without ``account`` the rules have read it already."""

    line_no: int
    raw: str
    external_id: str
    account: str = ""
    paid_on: str = ""
    kopecks: int = 0
    office: str = ""
    named: date | None = None


def parse(text: str, layout: Layout = PLAIN_LAYOUT) -> PaymentRegister:
    """Read the register and hold its rows against the control line.

    :raises FileRefused: no control line, or count or sum differ (nothing may be applied then).
    """
    reader = RegisterReader(layout, glance=False)
    for _ in reader.staged(io.StringIO(text)):
        pass
    return reader.finish()


class RegisterReader:
    """Reads a register line by line, keeping only the rows that rules have to read, and proves its sums.

    ``without`` are lines that a person leaves out; ``despite`` is a person's word for a control line that
    disagrees.
    """

    def __init__(
        self,
        layout: Layout = PLAIN_LAYOUT,
        *,
        without: Collection[int] = (),
        despite: bool = False,
        glance: bool = True,
    ) -> None:
        self._layout = layout
        self._without = frozenset(without)
        self._despite = despite
        self._glance = glance and layout.dates is DateForm.DMY and layout.sign is SignRule.WRITTEN
        self._plain = _plain_row(layout)
        self._trailer = ""
        self._heading = ""
        self.rows: list[PaymentRow] = []
        self._bad: list[BadRow] = []
        self._count = self._kopecks = 0

    def staged(self, lines: Iterable[str]) -> Iterator[StagedRow]:
        """Every row of the register; those that were read at a glance are kept nowhere else."""
        ahead: tuple[int, str] | None = None
        heading = self._layout.heading
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            if heading:
                heading = False
                continue
            if ahead is not None:
                yield self._one(*ahead)
            ahead = number, raw
        if ahead is None:
            return
        if self._layout.control is ControlRule.LINE:
            self._trailer = ahead[1]
        else:
            yield self._one(*ahead)

    def _one(self, number: int, raw: str) -> StagedRow:
        if not self._heading:
            self._heading = raw.strip()[:60]
        match = self._plain.fullmatch(raw) if self._glance and len(raw) < MAX_FIELD else None
        if match is not None and number not in self._without:
            named = match.groupdict("")
            kopecks, day = _kopecks(named["sum"]), _iso(named["date"])
            office = "/".join(named[name] for name in ("osb", "vsp", "cashier") if name in named)
            known = identity(named["suip"], office, self._layout)
            if kopecks and day and len(known) <= LONGEST:
                self._count += 1
                self._kopecks += kopecks
                month = named_month(named.get("period", "").strip())
                account = named["account"]
                return StagedRow(number, raw.strip("\r\n"), known, account, day, kopecks, office, month)
        read = read_row(number, raw, self._layout)
        if number in self._without:
            read = _left_out(read, number)
        if isinstance(read, PaymentRow):
            self.rows.append(read)
            return StagedRow(number, "", read.external_id)
        self._bad.append(read)
        return StagedRow(number, "", read.line.fields.get("suip", "")[:80])

    def read_again(self, number: int, raw: str) -> None:
        """A row read at a glance that the rules have to judge after all."""
        read = read_row(number, raw, self._layout)
        assert isinstance(read, PaymentRow)
        self._count -= 1
        self._kopecks -= read.sum.kopecks
        self.rows.append(read)

    def finish(self) -> PaymentRegister:
        """The register with what the rules have to judge. :raises FileRefused: the control line disagrees"""
        certain = Money(self._kopecks) + Money.total(
            [row.sum for row in self.rows] + [one.sum for one in self._bad if one.sum and one.certain]
        )
        guessed = Money.total(one.sum for one in self._bad if one.sum and not one.certain)
        if self._layout.control is ControlRule.NONE:
            # Nothing proves a sum that was only guessed.
            return self._register(certain, "", difference=Money(0), guesses=False)
        if not self._trailer.startswith("="):
            # Without the line there is no knowing whether the file came whole: nobody's word heals that.
            heading = self._heading or self._trailer.strip()[:60]
            raise FileRefused(FileReason.TRAILER_MISSING, field="file", details={"heading": heading})
        count, total, order = self._control()
        counted = self._count + len(self.rows) + len(self._bad)
        # A sum found in a row that could not be read counts when the control line needs it.
        guesses = total == certain + guessed
        difference = total - certain - (guessed if guesses else Money(0))
        if not self._despite and (count != counted or difference):
            raise FileRefused(
                FileReason.TRAILER_DIFFERS,
                field="file",
                details=self._differs(count, counted, total, certain + guessed),
            )
        return self._register(total, order, difference=difference, guesses=guesses)

    def _register(self, total: Money, order: str, *, difference: Money, guesses: bool) -> PaymentRegister:
        sums = [one.sum if one.sum and (one.certain or guesses) else Money(0) for one in self._bad]
        faults = [(one.line, one.fault) for one in self._bad]
        self.rows.sort(key=lambda row: row.line_no)
        return PaymentRegister(self.rows, faults, total, order, sums, difference)

    def _control(self) -> tuple[int, Money, str]:
        parts = [
            part.strip() for part in self._trailer.strip("\r\n").lstrip("=").split(self._layout.delimiter)
        ]
        fields = dict(zip(("count", "sum", "transfer", "commission", "order", "date"), parts, strict=False))
        total = money_or_none(fields.get("sum", ""))
        try:
            count = values.whole(fields, "count")
        except FieldFault:
            total = None
        if total is None:
            details = {"heading": self._trailer[:60]}
            raise FileRefused(FileReason.TRAILER_MISSING, field="file", details=details)
        if self._layout.sign is SignRule.TURNED:
            total = -total
        return count, total, fields.get("order", "")[:40]

    def _differs(self, count: int, counted: int, total: Money, summed: Money) -> dict[str, object]:
        odd = sorted([one.line.number for one in self._bad] + [row.line_no for row in self.rows if row.fault])
        return {
            "count": count,
            "counted": counted,
            "sum": total.roubles,
            "summed": summed.roubles,
            "difference": (total - summed).roubles,
            "unread": ", ".join(map(str, odd[:20])) + (" …" if len(odd) > 20 else ""),
        }


def _left_out(read: PaymentRow | BadRow, number: int) -> BadRow:
    """A row a person leaves out: its money stays counted."""
    fault = RowFault(number, "", RowReason.LEFT_OUT)
    if isinstance(read, BadRow):
        return BadRow(read.line, fault, read.sum, read.certain)
    fields = {"suip": read.external_id, "account": read.account}
    return BadRow(RegisterLine(number, read.raw, fields), fault, read.sum, certain=read.fault is None)


#: What each column of a row may be to be read at a glance; whatever else it is, the rules read it.
_AT_A_GLANCE: Final = {
    "date": "[0-9]{2}[.-][0-9]{2}[.-][0-9]{4}",
    "time": "(?:[01][0-9]|2[0-3])-[0-5][0-9]-[0-5][0-9]",
    "osb": "[0-9A-Za-z]{0,20}",
    "vsp": "[0-9A-Za-z]{0,20}",
    "cashier": "[0-9A-Za-z]{0,20}",
    "suip": "[0-9A-Za-z_-]{1,64}",
    "account": "[0-9]{4,20}",
    "sum": "[0-9]{1,12}(?:[.,][0-9]{1,2})?",
    "transfer": "[0-9]{1,12}(?:[.,][0-9]{1,2})?",
}
_KEPT: Final = frozenset({"date", "osb", "vsp", "cashier", "suip", "account", "period", "sum"})


@lru_cache(maxsize=50)
def _plain_row(layout: Layout) -> re.Pattern[str]:
    delimiter = re.escape(layout.delimiter)
    any_text = rf"[^{delimiter}\r\n]*"
    cells = []
    for name in layout.columns:
        pattern = _AT_A_GLANCE.get(name, any_text)
        cells.append(f"(?P<{name}>{pattern})" if name in _KEPT else f"(?:{pattern})")
    return re.compile(delimiter.join(cells) + r"\r?\n?", re.ASCII)


def _kopecks(raw: str) -> int:
    whole, _, part = raw.replace(".", ",").partition(",")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


@lru_cache(maxsize=5_000)
def _iso(raw: str) -> str:
    """The day as ISO; empty when there is none."""
    try:
        found: date = values.needed_day({"date": raw}, "date")
    except FieldFault:
        return ""
    return found.isoformat()
