"""Bank statements of any form as one shape: 1CClientBankExchange 1.03 and camt.053.001.08 (ADR 112). Pure."""

from __future__ import annotations

from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.rules.statements import camt, one_c
from svet.exchange.rules.statements.shape import BadLine, Statement, StatementLine

__all__ = ["BadLine", "Statement", "StatementLine", "parse"]


def parse(content: bytes) -> list[Statement]:
    """The statements of a file, one for each account of ours in it, their balances checked with their lines.

    :raises FileRefused: no statement of a form we know, cut, damaged, or its balances do not fit its lines
    """
    if not content.strip():
        raise FileRefused(FileReason.EMPTY, field="file")
    found = camt.parse(content) if camt.looks_like(content) else one_c.parse(content)
    if not found:
        raise FileRefused(FileReason.STATEMENT_UNKNOWN, field="file")
    for statement in found:
        statement.check()
    return found
