"""What became of each row of a register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from svet.exchange import texts
from svet.exchange.models import ImportRow
from svet.exchange.rules.refusals import RowFault, RowReason
from svet.exchange.rules.tables import RegisterLine

State = ImportRow.State


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row's fate; ``text`` is a sentence of the room that refused it, ``reference`` what it became."""

    line_no: int
    state: ImportRow.State
    raw: str
    external_id: str = ""
    account_number: str = ""
    column: str = ""
    reason: str = ""
    text: str = ""
    reference: str = ""
    kopecks: int = 0


def rejected(line: RegisterLine, fault: RowFault) -> RowOutcome:
    """A row that could not even be read."""
    return RowOutcome(line.number, State.REJECTED, line.raw, column=fault.column, reason=fault.reason)


class ReadRow(Protocol):
    """A row of a register that was read: where it stands, how it came, what tells it apart."""

    @property
    def line_no(self) -> int: ...
    @property
    def raw(self) -> str: ...
    @property
    def external_id(self) -> str: ...


class AccountsRow(ReadRow, Protocol):
    """One that is of an account."""

    @property
    def account(self) -> str: ...


def refused(row: ReadRow, reason: RowReason, text: str = "", *, column: str = "") -> RowOutcome:
    """A row that was read but not accepted."""
    return RowOutcome(
        row.line_no,
        State.REJECTED,
        row.raw,
        external_id=row.external_id,
        reason=reason,
        text=text[:400],
        column=column,
    )


def changed(row: ReadRow, text: str, *, account_number: str = "") -> RowOutcome:
    """A row whose identity is known with another body: nothing is done, and it is said aloud."""
    return RowOutcome(
        row.line_no,
        State.CHANGED,
        row.raw,
        external_id=row.external_id,
        account_number=account_number,
        reason=RowReason.CHANGED,
        text=text[:400],
    )


def applied(row: AccountsRow, reference: str = "", *, text: str = "", kopecks: int = 0) -> RowOutcome:
    """A row of an account that was taken, and what it became."""
    return RowOutcome(
        row.line_no,
        State.APPLIED,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        text=text[:400],
        reference=reference,
        kopecks=kopecks,
    )


def repeated(row: AccountsRow, reference: str = "", *, text: str = "", kopecks: int = 0) -> RowOutcome:
    """A row of an account that was taken before and says the same: nothing is done."""
    return replace(applied(row, reference, text=text, kopecks=kopecks), state=State.REPEATED)


def already_applied(*, profile: str, external_ids: Iterable[str]) -> dict[str, str]:
    """Which of these ids were applied by an earlier register of the profile, and what they became."""
    wanted = list(external_ids)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 5_000):
        rows = ImportRow.objects.filter(
            profile=profile,
            external_id__in=wanted[start : start + 5_000],
            state__in=[State.APPLIED, State.SUSPENSE],
        )
        found.update(rows.values_list("external_id", "reference"))
    return found


def sentence(outcome: RowOutcome) -> str:
    """What an operator reads of one row."""
    text = outcome.text
    if outcome.state == State.SUSPENSE and not text:
        text = texts.waits(account=outcome.account_number, kopecks=outcome.kopecks)
    return texts.explain_line(
        line_no=outcome.line_no, column=outcome.column, reason=str(outcome.reason), text=text
    )
