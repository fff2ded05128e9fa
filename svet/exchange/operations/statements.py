"""A bank statement from its bytes to kept and settled rows, in one transaction (ADR 112)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from svet.accounts import queries as accounts
from svet.accounts.queries import ProviderView, provider_today
from svet.exchange import texts
from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.rules.statements import BadLine, Statement, StatementLine, parse
from svet.files.operations import check_file
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import again_after_deadlock, use_case
from svet.kernel.writing import plain
from svet.payments import operations as payments
from svet.payments.operations import MovementFate
from svet.payments.queries.statements import statement_taken
from svet.payments.rules.matching import StatementState


@dataclass(frozen=True, slots=True)
class StatementReport:
    """What became of the movements of a file: counts by state, ``repeated`` ones, and what could not be used.

    ``faults`` are sentences, each with the line of the file; ``missing`` are the kopecks of lines whose sum
    could not be read, as far as the balances tell.
    """

    rows: int
    counts: Counter[StatementState]
    repeated: int
    in_suspense: int
    faults: tuple[str, ...]
    missing: int

    @property
    def loud(self) -> bool:
        """Whether somebody must look now."""
        return bool(self.faults or self.counts[StatementState.DIFFERS])


def take_statement(*, name: str, content: bytes, by: Actor, now: datetime) -> StatementReport:
    """Take a statement of any form we know: each movement once, whatever files bring it.

    What cannot be read is told and left out; the rest is taken, unless balances and lines do not agree.

    :raises FileRefused: the file cannot be used, was taken before, or its account is not one supplier's
    :raises ScanRefused: the scanner found something or does not answer
    """
    check_file(content=content, field="file", by=by, now=now)
    return _taken(name=name, content=content, by=by, now=now)


@again_after_deadlock
def _taken(*, name: str, content: bytes, by: Actor, now: datetime) -> StatementReport:
    found = parse(content)
    digest = hashlib.sha256(content).hexdigest()
    fates: list[MovementFate] = []
    faults: list[str] = []
    with use_case():
        for statement in found:
            provider = _provider(statement, digest)
            lines, bad = _until_today(statement, provider, now=now)
            facts = payments.StatementFacts(
                account=statement.account,
                sha256=digest,
                name=plain(name)[-200:],
                form=statement.form,
                begins_on=statement.begins_on,
                ends_on=statement.ends_on,
                opening=statement.opening,
                closing=statement.closing,
            )
            kept = payments.keep_statement(
                facts=facts, provider=provider, movements=[_movement(line) for line in lines], by=by, now=now
            )
            fates += kept
            faults += [
                texts.explain_line(line_no=one.line_no, column=one.column, reason=str(one.reason), text="")
                for one in bad
            ]
            faults += [texts.other_movement(fate) for fate in kept if fate.state is StatementState.DIFFERS]
            journal.record(
                by=by,
                action="statement.taken",
                subject="statement",
                subject_id=statement.account,
                now=now,
                after={"name": facts.name, "rows": len(statement.lines), "closing": statement.closing},
            )
    return StatementReport(
        rows=sum(len(one.lines) + len(one.faults) for one in found),
        counts=Counter(fate.state for fate in fates if fate.state is not None),
        repeated=sum(fate.state is None for fate in fates),
        in_suspense=sum(fate.in_suspense for fate in fates),
        faults=tuple(faults),
        missing=sum(one.missing for one in found),
    )


def _provider(statement: Statement, digest: str) -> ProviderView:
    taken = statement_taken(account=statement.account, sha256=digest)
    if taken is not None:
        details = {
            "number": statement.account,
            "taken_on": timezone.localtime(taken[0]).strftime("%d.%m.%Y"),
            "by": taken[1],
        }
        raise FileRefused(FileReason.ALREADY_TAKEN, field="file", details=details)
    whose = [one for one in accounts.providers() if one.settlement_account == statement.account]
    if len(whose) != 1:
        reason = FileReason.ACCOUNT_SHARED if whose else FileReason.ACCOUNT_FOREIGN
        raise FileRefused(reason, field="file", details={"account": statement.account})
    return whose[0]


def _until_today(
    statement: Statement, provider: ProviderView, *, now: datetime
) -> tuple[Sequence[StatementLine], Sequence[BadLine]]:
    """A movement of a day that has not come cannot be."""
    today = provider_today(provider, now)
    ahead = [line for line in statement.lines if line.booked_on > today]
    bad = [BadLine(line.line_no, "", RowReason.DATE, line.kopecks) for line in ahead]
    return [line for line in statement.lines if line.booked_on <= today], [*statement.faults, *bad]


def _movement(line: StatementLine) -> payments.StatementMovement:
    return payments.StatementMovement(
        line_no=line.line_no,
        number=line.number,
        booked_on=line.booked_on,
        kopecks=line.kopecks,
        name=line.name,
        inn=line.inn,
        account=line.account,
        bic=line.bic,
        purpose=line.purpose,
    )
