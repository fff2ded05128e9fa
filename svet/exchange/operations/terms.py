"""The register of terms: many accounts' groups, residents, areas, stoves and heating from a day on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from svet.accounts import queries as account_queries
from svet.accounts import texts as account_texts
from svet.accounts.operations import enter_terms
from svet.accounts.queries import ProviderView
from svet.accounts.queries.terms import terms_of
from svet.accounts.rules.terms import TermsField, TermsReason, TermsRefused, TermsSource, read_terms
from svet.exchange import texts
from svet.exchange.operations.outcomes import (
    RowOutcome,
    State,
    already_applied,
    applied,
    refused,
    repeated,
)
from svet.exchange.operations.supplier_rows import by_supplier
from svet.exchange.rules import terms as register
from svet.exchange.rules.refusals import RowReason
from svet.exchange.rules.terms import TermsRow
from svet.kernel.actors import Actor
from svet.tariffs import queries as tariffs

_PROFILE: Final = "terms"
_COMMA_CODE: Final = re.compile(r"[0-9]+(?:,[0-9]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Readable:
    """A row with what its cells mean."""

    row: TermsRow
    changes: Mapping[TermsField, Any]


def apply(text: str, *, by: Actor, now: datetime) -> list[RowOutcome]:
    """Enter the terms of a register (a step), the days of an account one after another.

    :raises FileRefused: heading or control lines
    """
    outcomes: list[RowOutcome] = []
    groups = cache(tariffs.group_codes)
    for provider, rows in by_supplier(
        register.parse(text), outcomes, lambda row, provider: _checked(row, provider, groups(provider.region))
    ):
        outcomes += _enter(provider, rows, by=by, now=now)
    return outcomes


def _checked(row: TermsRow, provider: ProviderView, groups: Sequence[str]) -> _Readable | RowOutcome:
    said = dict(row.said)
    group = said.get(TermsField.GROUP.value, "")
    if group not in groups and _COMMA_CODE.fullmatch(group):
        # «1,1» is how a spreadsheet writes 1.1.
        said[TermsField.GROUP.value] = group.replace(",", ".")
    try:
        changes = read_terms(said)
    except TermsRefused as refusal:
        return refused(row, RowReason.REFUSED, account_texts.explain(refusal), column=refusal.field)
    group = changes.get(TermsField.GROUP, "")
    if group and groups and group not in groups:
        known = texts.unknown_group(group, known=groups, region=provider.region)
        return refused(row, RowReason.GROUP_UNKNOWN, known, column=TermsField.GROUP.value)
    return _Readable(replace(row, said=said), changes)


def _enter(
    provider: ProviderView, rows: Sequence[_Readable], *, by: Actor, now: datetime
) -> list[RowOutcome]:
    accounts = {
        account.number: account
        for account in account_queries.accounts_of_provider(
            provider.provider_id, numbers=[each.row.account for each in rows]
        )
    }
    taken = set(already_applied(profile=_PROFILE, external_ids=[each.row.external_id for each in rows]))
    outcomes: list[RowOutcome] = []
    # In one order of accounts, which are locked one by one, and of their days.
    for each in sorted(rows, key=lambda each: (each.row.account, each.row.since, each.row.line_no)):
        account = accounts.get(each.row.account)
        if account is None:
            outcomes.append(refused(each.row, RowReason.ACCOUNT_UNKNOWN, column="account"))
        elif each.row.external_id in taken:
            outcomes.append(_again(each, account.account_id))
        else:
            outcome = _entered(each, account.public_id, by=by, now=now)
            taken |= {each.row.external_id} if outcome.state == State.APPLIED else set()
            outcomes.append(outcome)
    return outcomes


def _again(each: _Readable, account_id: int) -> RowOutcome:
    """A row that was entered before: nothing is done, and if it holds no more, it is said aloud."""
    row = each.row
    holds = terms_of([account_id], on=row.since)[account_id]
    if all(getattr(holds, field.value) == value for field, value in each.changes.items()):
        return repeated(row)
    return refused(row, RowReason.TERMS_OVERTAKEN)


def _entered(each: _Readable, public_id: str, *, by: Actor, now: datetime) -> RowOutcome:
    row = each.row
    try:
        enter_terms(
            by=by,
            account_public_id=public_id,
            changes=each.changes,
            since=row.since,
            reason=row.ground,
            now=now,
            source=TermsSource.REGISTER,
        )
    except TermsRefused as refusal:
        if refusal.reason is TermsReason.NOTHING:
            return repeated(row)
        text = account_texts.explain(refusal)
        return refused(row, RowReason.REFUSED, text, column=refusal.field)
    return applied(row, public_id)
