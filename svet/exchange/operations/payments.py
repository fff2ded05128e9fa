"""The bank's register of payments: known accounts are credited, the rest waits in suspense."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountKey
from svet.accounts.rules import NumberRefused, normalise_account_number
from svet.exchange import texts
from svet.exchange.operations.outcomes import RowOutcome, State
from svet.exchange.rules import payments as register
from svet.exchange.rules.payments import PaymentRow
from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.payments import operations as payments
from svet.payments.queries.suspense import SourceView, source_by_code, sources
from svet.payments.rules.registers import UNNAMED, WaitReason

_STATES = {
    "credited": State.APPLIED,
    "suspense": State.SUSPENSE,
    "repeated": State.REPEATED,
    "differs": State.CHANGED,
}


def apply(text: str, *, source: str, now: datetime) -> list[RowOutcome]:
    """Credit a register (a step).

    :raises FileRefused: no such source; the control line is missing or differs
    """
    named = _source(source)
    found = register.parse(text)
    outcomes = [
        RowOutcome(
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
        for (line, fault), money in zip(found.faults, found.sums, strict=True)
    ]
    books = _Books(found.rows, named, now=now)
    judged: list[tuple[PaymentRow, payments.PaymentToApply]] = []
    for row in found.rows:
        paid = books.judge(row)
        if isinstance(paid, payments.PaymentToApply):
            judged.append((row, paid))
        else:
            outcomes.append(_rejected(row, paid))
    fates = payments.apply_register_payments(
        source=named.code if named else UNNAMED, rows=[paid for _, paid in judged], now=now
    )
    outcomes += [_outcome(row, fate) for (row, _), fate in zip(judged, fates, strict=True)]
    return outcomes


def _source(code: str) -> SourceView | None:
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

    def __init__(self, rows: Sequence[PaymentRow], named: SourceView | None, *, now: datetime) -> None:
        zones = account_queries.time_zones()
        days: dict[int, date] = {key: now.astimezone(zone).date() for key, zone in zones.items()}
        self.today = max(days.values(), default=now.date())
        self._days = days
        self._oldest = self.today - timedelta(days=settings.PAYMENT_OLDEST_DAYS)
        self._of_source = named.provider_id if named else None
        self._lengths = account_queries.account_lengths()
        self._places = _places({self._number(row.account) for row in rows})
        self._home = self._of_source or self._only_provider(rows, list(zones))

    def _number(self, written: str) -> str:
        """The number as the cabinet would read it, or as it is written."""
        try:
            return normalise_account_number(written, self._lengths)
        except NumberRefused:
            return written

    def _only_provider(self, rows: Iterable[PaymentRow], providers: Sequence[int]) -> int | None:
        """The one provider whose accounts the register pays; never a guess between two."""
        if len(providers) == 1:
            return providers[0]
        seen = {
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
            effective_on=self._days[provider] if impossible else None,
            office=row.office,
            payer=register.payer_of(row.raw) if doubt or place is None else "",
            doubt=doubt,
        )

    def _place(self, number: str) -> tuple[AccountKey | None, WaitReason | None]:
        places = self._places.get(number, ())
        if self._of_source is not None:
            own = [place for place in places if place.provider_id == self._of_source]
            if places and not own:
                return None, WaitReason.OTHER_PROVIDER
            places = own
        if len(places) > 1:
            return None, WaitReason.ACCOUNT_TWICE
        return (places[0] if places else None), None

    def _impossible(self, paid_on: date, place: AccountKey | None) -> WaitReason | None:
        today = self._days.get(place.provider_id, self.today) if place else self.today
        if paid_on > today:
            return WaitReason.DAY_AHEAD
        return WaitReason.DAY_OLD if paid_on < self._oldest else None


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
