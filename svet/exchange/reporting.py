"""What an operator reads after a register was taken: a sentence a row, and the file to be mended."""

from __future__ import annotations

from typing import BinaryIO

from django.utils.translation import gettext as _

from svet.exchange.models import ImportFile, ImportRow
from svet.exchange.operations import FileReport
from svet.exchange.operations.outcomes import sentence
from svet.exchange.operations.statements import StatementReport
from svet.exchange.rules.rejects import reject_file
from svet.look.formats import number, roubles
from svet.payments.queries.suspense import source_by_code
from svet.payments.rules.layouts import PLAIN_LAYOUT
from svet.payments.rules.matching import StatementState

State = ImportRow.State
#: What can be mended and loaded again; money in suspense was taken.
_TO_MEND = (State.REJECTED, State.CHANGED)


def summary(report: FileReport) -> str:
    """How many rows there were and what became of them."""
    counts = [
        (_("принято"), report.applied),
        (_("повторов"), report.repeated),
        (_("изменилось, не принято"), report.changed),
        (_("в невыясненных"), report.suspense),
        (_("с ошибками, не принято"), report.rejected),
    ]
    said = ", ".join(f"{words}: {number(count)}" for words, count in counts if count)
    line = _("Реестр № %(number)s, строк: %(rows)s") % {
        "number": report.number,
        "rows": number(report.rows),
    }
    parts = [line, said] if said else [line]
    if report.sum_kopecks:
        parts.append(_("на сумму %(sum)s") % {"sum": roubles(report.sum_kopecks)})
    return "; ".join(parts) + "."


def statement_summary(report: StatementReport) -> str:
    """What became of the movements of a statement."""
    counts = [
        (_("сопоставлено"), report.counts[StatementState.SETTLED]),
        (_("платежей абонентов"), report.counts[StatementState.PAYMENT] - report.in_suspense),
        (_("в невыясненных"), report.in_suspense),
        (_("ждут"), report.counts[StatementState.WAITING]),
        (_("не наши"), report.counts[StatementState.ASIDE]),
        (_("повторов"), report.repeated),
        (_("с ошибками, не принято"), len(report.faults)),
    ]
    said = ", ".join(f"{words}: {number(count)}" for words, count in counts if count)
    line = _("Выписка, строк: %(rows)s") % {"rows": number(report.rows)}
    parts = [line, said] if said else [line]
    if report.missing:
        parts.append(_("непрочитанных денег: %(sum)s") % {"sum": roubles(report.missing)})
    return "; ".join(parts) + "."


def sentences(report: FileReport) -> list[str]:
    """One sentence for every row that somebody has to look at, in the order of the file."""
    return [sentence(fault) for fault in report.faults]


def to_mend(report: FileReport, *, profile: str, content: bytes | BinaryIO, source: str = "") -> bytes:
    """The rows that were not taken as a file of the same form; empty when all were."""
    # A payment that differs is kept and waits at the money desk: loaded again it could be credited twice.
    states = (State.REJECTED,) if profile == ImportFile.Profile.PAYMENTS else _TO_MEND
    lines = [fault.line_no for fault in report.faults if fault.state in states]
    if not lines:
        return b""
    known = source_by_code(source) if source else None
    layout = known.layout if known else PLAIN_LAYOUT
    return reject_file(profile=profile, content=content, lines=frozenset(lines), layout=layout)
