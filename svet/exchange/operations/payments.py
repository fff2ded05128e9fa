"""The bank's register of payments: known accounts are credited, the rest waits in suspense."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountKey
from svet.accounts.rules import NumberRefused, normalise_account_number
from svet.exchange import texts
from svet.exchange.operations.outcomes import RowOutcome, State
from svet.exchange.rules.payment_rows import PaymentRow
from svet.exchange.rules.payments import RegisterReader
from svet.exchange.rules.refusals import FileReason, FileRefused, RowFault, RowReason
from svet.exchange.rules.tables import RegisterLine
from svet.kernel.money import Money
from svet.payments import operations as payments
from svet.payments.queries.suspense import SourceView, source_by_code, sources
from svet.payments.rules.layouts import PLAIN_LAYOUT
from svet.payments.rules.registers import UNNAMED, WaitReason

_STATES = {
    "credited": State.APPLIED,
    "suspense": State.SUSPENSE,
    "repeated": State.REPEATED,
    "differs": State.CHANGED,
}


@dataclass(frozen=True, slots=True)
class TakenPayments:
    """What became of a register: an outcome for each row the rules judged, and the plain rows by sets."""

    outcomes: list[RowOutcome]
    plain: payments.PlainRows
    difference: Money


def apply(
    lines: Iterable[str],
    *,
    source: SourceView | None,
    now: datetime,
    without: Collection[int] = (),
    despite: bool = False,
) -> TakenPayments:
    """Credit a register (a step): what is plain by sets, the rest by the rules, row by row.

    ``without`` are lines a person leaves out, ``despite`` a person's word for a control line that disagrees.

    :raises FileRefused: the control line is missing or differs
    """
    reader = RegisterReader(source.layout if source else PLAIN_LAYOUT, without=without, despite=despite)
    payments.stage_rows(reader.staged(lines))
    reader.finish()
    books = _Books(source, now=now)
    code = source.code if source else UNNAMED
    plain = payments.credit_plain(
        source=code, only_provider=books.of_source, days=books.days, oldest=books.oldest, now=now
    )
    for number, raw in payments.not_plain():
        reader.read_again(number, raw)
    found = reader.finish()
    outcomes = [_bad(*each) for each in zip(found.faults, found.sums, strict=True)]
    books.look_at(found.rows, besides=plain.providers)
    judged: list[tuple[PaymentRow, payments.PaymentToApply]] = []
    for row in found.rows:
        paid = books.judge(row)
        if isinstance(paid, payments.PaymentToApply):
            judged.append((row, paid))
        else:
            outcomes.append(_rejected(row, paid))
    fates = payments.apply_register_payments(source=code, rows=[paid for _, paid in judged], now=now)
    outcomes += [_outcome(row, fate) for (row, _), fate in zip(judged, fates, strict=True)]
    return TakenPayments(outcomes, plain, found.difference)


def _bad(bad: tuple[RegisterLine, RowFault], money: Money) -> RowOutcome:
    line, fault = bad
    return RowOutcome(
        line.number,
        State.REJECTED,
        line.raw,
        external_id=line.fields.get("suip", "")[:64],
        account_number=line.fields.get("account", "")[:40],
        column=fault.column,
        reason=fault.reason,
        text=texts.explain_fault(fault),
        kopecks=money.kopecks,
    )


def find_source(code: str) -> SourceView | None:
    """The source with this code; nobody where none is named. :raises FileRefused: no such source"""
    if not code:
        return None
    named = source_by_code(code)
    if named is None:
        known = ", ".join(one.code for one in sources())
        raise FileRefused(
            FileReason.SOURCE_UNKNOWN, field="source", details={"source": code[:40], "known": known or "—"}
        )
    return named


class _Books:
    """Whose each row of a register is: account, legal entity, and whether its day can be."""

    def __init__(self, named: SourceView | None, *, now: datetime) -> None:
        zones = account_queries.time_zones()
        self.days: dict[int, date] = {key: now.astimezone(zone).date() for key, zone in zones.items()}
        self.today = max(self.days.values(), default=now.date())
        self.oldest = self.today - timedelta(days=settings.PAYMENT_OLDEST_DAYS)
        self.of_source = named.provider_id if named else None
        self._lengths = account_queries.account_lengths()
        self._places: Mapping[str, Sequence[AccountKey]] = {}
        self._home: int | None = None

    def look_at(self, rows: Sequence[PaymentRow], *, besides: Collection[int]) -> None:
        """Find the accounts of the rows to judge; ``besides`` are the providers of rows credited already."""
        self._places = _places({self._number(row.account) for row in rows})
        self._home = self.of_source or self._only_provider(rows, besides)

    def _number(self, written: str) -> str:
        """The number as the cabinet would read it, or as it is written."""
        try:
            return normalise_account_number(written, self._lengths)
        except NumberRefused:
            return written

    def _only_provider(self, rows: Iterable[PaymentRow], besides: Collection[int]) -> int | None:
        """The one provider whose accounts the register pays; never a guess between two."""
        if len(self.days) == 1:
            return next(iter(self.days))
        seen = set(besides) | {
            place.provider_id for row in rows for place in self._places.get(self._number(row.account), ())
        }
        return seen.pop() if len(seen) == 1 else None

    def judge(self, row: PaymentRow) -> payments.PaymentToApply | RowReason:
        """The payment to apply, or why there is none."""
        if not row.sum:
            return RowReason.MONEY
        number = self._number(row.account)
        place, doubt = self._place(number)
        doubt = (WaitReason.UNREAD if row.fault else None) or self._impossible(row.paid_on, place) or doubt
        provider = self._home if place is None or doubt is WaitReason.OTHER_PROVIDER else place.provider_id
        if provider is None:
            return RowReason.BOOKS_UNKNOWN
        impossible = self._impossible(row.paid_on, place) is not None
        return payments.PaymentToApply(
            external_id=row.external_id,
            account_id=place.account_id if place is not None else None,
            account_text=number,
            amount=row.sum,
            paid_on=row.paid_on,
            provider_id=provider,
            effective_on=self.days[provider] if impossible else None,
            office=row.office,
            payer=row.payer if doubt or place is None else "",
            doubt=doubt,
            named_month=row.named,
        )

    def _place(self, number: str) -> tuple[AccountKey | None, WaitReason | None]:
        places = self._places.get(number, ())
        if self.of_source is not None:
            own = [place for place in places if place.provider_id == self.of_source]
            if places and not own:
                return None, WaitReason.OTHER_PROVIDER
            places = own
        if len(places) > 1:
            return None, WaitReason.ACCOUNT_TWICE
        return (places[0] if places else None), None

    def _impossible(self, paid_on: date, place: AccountKey | None) -> WaitReason | None:
        today = self.days.get(place.provider_id, self.today) if place else self.today
        if paid_on > today:
            return WaitReason.DAY_AHEAD
        return WaitReason.DAY_OLD if paid_on < self.oldest else None


def _places(numbers: Collection[str]) -> Mapping[str, Sequence[AccountKey]]:
    found: dict[str, list[AccountKey]] = {}
    for key in account_queries.account_keys(numbers):
        found.setdefault(key.number, []).append(key)
    return found


def _rejected(row: PaymentRow, reason: RowReason) -> RowOutcome:
    return RowOutcome(
        row.line_no,
        State.REJECTED,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        reason=reason,
        text=texts.explain_row(reason),
        kopecks=row.sum.kopecks,
    )


def _outcome(row: PaymentRow, fate: payments.Fate) -> RowOutcome:
    reason: RowReason | str = RowReason(fate.reason) if fate.reason else ""
    # Money of an account nobody knows is told with its account and sum (``texts.waits``).
    odd = None if fate.reason is WaitReason.ACCOUNT_UNKNOWN else fate.reason
    text = texts.explain_waiting(RowReason(odd), day=row.paid_on) if odd else ""
    fault = row.fault if fate.reason is WaitReason.UNREAD else None
    if fault is not None:
        reason, text = fault.reason, texts.explain_fault(fault)
    return RowOutcome(
        row.line_no,
        _STATES[fate.outcome],
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        column=fault.column if fault else "",
        reason=reason,
        text=text,
        reference=fate.key,
        kopecks=row.sum.kopecks,
    )
