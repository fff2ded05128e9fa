"""Changes of an account's terms: each a row with its day, its reason and whoever entered it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from svet.accounts import queries
from svet.accounts.models import Account
from svet.accounts.models.terms import Terms
from svet.accounts.operations.office import locked_account
from svet.accounts.queries.terms import dated_terms
from svet.accounts.rules.terms import (
    MOST_AHEAD,
    TermsField,
    TermsReason,
    TermsRefused,
    TermsSource,
    TermsStep,
    TermsValues,
    changed,
    terms_at,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows
from svet.kernel.transactions import require_transaction, use_case
from svet.staffing.rules import checked_reason

_COLUMNS: Final = (
    "account_id", "since", "tariff_group", "residents", "area", "rooms", "stove", "electric_heating",
    "source", "reason", "known_at",
)  # fmt: skip


def change_terms(
    *,
    by: Actor,
    account_public_id: str,
    changes: Mapping[TermsField, Any],
    since: date,
    reason: str,
    now: datetime,
    groups: Collection[str] = (),
) -> list[TermsStep]:
    """Enter what holds for an account from a day on; says which rows were written.

    The past before ``since`` stays as it is. A row of the same day is corrected: it is replaced and stays to
    be read. Later rows keep what they have changed themselves. ``groups`` are the price groups that exist;
    without them any is taken.

    :raises AccountNotFound: no such account, or not for this actor
    :raises TermsRefused: nothing changes, no such group, or the day is not one of the contract
    :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    with use_case():
        return enter_terms(
            by=by,
            account_public_id=account_public_id,
            changes=changes,
            since=since,
            reason=words,
            now=now,
            groups=groups,
        )


def enter_terms(
    *,
    by: Actor,
    account_public_id: str,
    changes: Mapping[TermsField, Any],
    since: date,
    reason: str,
    now: datetime,
    groups: Collection[str] = (),
    source: TermsSource = TermsSource.OFFICE,
) -> list[TermsStep]:
    """What :func:`change_terms` does, inside a larger act (a step); whoever is refused has written nothing.

    :raises AccountNotFound: no such account, or not for this actor
    :raises TermsRefused: nothing changes, no such group, or the day is not one of the contract
    """
    require_transaction()
    account = locked_account(by, public_id=account_public_id)
    _check(account, since=since, today=queries.provider_today(account.provider, now))
    group = changes.get(TermsField.GROUP)
    if group is not None and groups and group not in groups:
        raise TermsRefused(TermsReason.GROUP, field=TermsField.GROUP.value, details={"group": group})
    history = dated_terms([account.pk])[account.pk]
    steps = changed(history, since=since, changes=changes)
    if not steps:
        raise TermsRefused(TermsReason.NOTHING)
    _write(steps, account=account, reason=reason, source=source, by=by, now=now)
    before = terms_at(history, since).values
    journal.record(
        by=by,
        action="account.terms_changed",
        subject="account",
        subject_id=account.public_id,
        now=now,
        account_id=account.pk,
        before=_told(before, changes),
        after={"since": str(since), **_told(steps[0].values, changes)},
        reason=reason,
    )
    return steps


def first_terms(rows: Iterable[tuple[int, date, TermsValues]], *, source: TermsSource, now: datetime) -> None:
    """The terms with which accounts begin, each on the day it was opened (a step)."""
    require_transaction()
    copy_rows(
        model=Terms,
        columns=_COLUMNS,
        rows=(
            (
                account_id, since, values.tariff_group, values.residents, values.area, values.rooms,
                values.stove.value if values.stove else "", values.electric_heating, source.value, "", now,
            )
            for account_id, since, values in rows
        ),
    )  # fmt: skip


def _check(account: Account, *, since: date, today: date) -> None:
    if since < account.opened_on:
        raise TermsRefused(TermsReason.BEFORE_OPENED, field="since", details={"day": account.opened_on})
    if account.closed_on is not None and since >= account.closed_on:
        raise TermsRefused(TermsReason.AFTER_CLOSED, field="since", details={"day": account.closed_on})
    if since > today + timedelta(days=MOST_AHEAD):
        raise TermsRefused(TermsReason.TOO_FAR, field="since")


def _write(
    steps: list[TermsStep], *, account: Account, reason: str, source: TermsSource, by: Actor, now: datetime
) -> None:
    gone = [step.replaces for step in steps if step.replaces is not None]
    Terms.objects.filter(pk__in=gone).update(gone_at=now)
    Terms.objects.bulk_create(
        Terms(
            account=account,
            since=step.since,
            tariff_group=step.values.tariff_group,
            residents=step.values.residents,
            area=step.values.area,
            rooms=step.values.rooms,
            stove=step.values.stove or "",
            electric_heating=step.values.electric_heating,
            source=source.value,
            reason=reason,
            by_id=by.person_id,
            known_at=now,
            replaces_id=step.replaces,
        )
        for step in steps
    )


def _told(values: TermsValues, changes: Mapping[TermsField, Any]) -> dict[str, object]:
    """The terms that change, as the journal keeps them."""
    found = {field.value: getattr(values, field) for field in changes}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in found.items()}
