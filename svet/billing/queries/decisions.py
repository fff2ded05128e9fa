"""Decisions as the office reads them, and what one changes: what stands, what would, what will."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from svet.accounts.queries import AccountView
from svet.accounts.queries.contracts import contracts
from svet.billing.models import OverrideRow
from svet.billing.queries.facts import account_facts, provider_facts
from svet.billing.queries.overrides import fact_of, loss_of, on_point
from svet.billing.queries.standing import Standing, books, standing_lines
from svet.billing.rules import BillingReason, Line
from svet.billing.rules.brakes import correction, refuse_beyond_limits
from svet.billing.rules.difference import Difference
from svet.billing.rules.dry_runs import digest_of
from svet.billing.rules.due import due
from svet.billing.rules.facts import AccountFacts, Override, OverrideKind
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.timeline import calendar_of
from svet.kernel.frozen import frozen
from svet.kernel.periods import Month
from svet.look.formats import number

_ZERO = Decimal(0)
#: Problems that a person has made or must decide: a preview tells them before anything else.
WAITING = (BillingReason.HELD, BillingReason.LARGE_DIFFERENCE, BillingReason.OLD_DIFFERENCE)


class MonthSum(NamedTuple):
    """What a month has."""

    kwh: Decimal
    kopecks: int


@dataclass(frozen=True, slots=True)
class PreviewedMonth:
    """A month of consumption: what stands charged, what would without the change, what will with it."""

    month: Month
    stands: MonthSum
    without: MonthSum
    changed: MonthSum

    @property
    def effect(self) -> int:
        """Kopecks by which the change moves the month."""
        return self.changed.kopecks - self.without.kopecks


@dataclass(frozen=True, slots=True)
class DecisionPreview:
    """What a change of decisions does to an account once the next month is charged.

    ``reason``: why nothing would be posted with it, with the details of that. ``corrects`` is the balance of
    what it corrects of charged months. ``shown`` stands for all of it: whoever signs has seen this.
    """

    months: tuple[PreviewedMonth, ...]
    effect: int | None
    corrects: int
    shown: str
    reason: BillingReason | None = None
    details: Mapping[str, object] | None = None
    without_reason: BillingReason | None = None


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """A decision as the office reads it, also one that waits or is gone."""

    decision_id: int
    public_id: str
    account_id: int
    account_public_id: str
    account_number: str
    kind: OverrideKind
    since: Month
    until: Month | None
    meter_serial: str
    zone: str
    kwh: Decimal | None
    kopecks: int
    percent: Decimal | None
    ends: Month | None
    document: str
    reason: str
    effect: int | None
    by_id: int | None
    by_name: str
    known_at: datetime
    signed_at: datetime | None
    second: bool
    undo_by_id: int | None
    undo_by_name: str
    undo_at: datetime | None
    gone_reason: str
    gone_at: datetime | None


class _State(NamedTuple):
    """An account as far as a preview looks: ``horizon`` is the last month of consumption it tells of."""

    facts: AccountFacts
    stands: Sequence[Standing]
    last: Month | None
    horizon: Month

    @property
    def posted_in(self) -> Month:
        """The month in which it would be posted: behind all that is charged."""
        return self.horizon if self.last is None else max(self.horizon, self.last.plus(1))


def preview_decision(
    *,
    account: AccountView,
    today: Month,
    add: Override | None = None,
    of_meter: int | None = None,
    without: int | None = None,
) -> DecisionPreview:
    """What writing a decision (``add``, about a meter or not) or taking one back (``without``) changes.

    Neither: what the next charge will post. ``today`` is the supplier's present month.
    """
    touched = [each for each in (add, None if without is None else _row_fact(without)) if each is not None]
    state = _state(account, today, touched)
    facts = state.facts
    changed = facts
    if add is not None:
        places = {placement.meter_id: point.no for point in facts.points for placement in point.placements}
        if add.kind is OverrideKind.LOSSES:
            shares = (*facts.losses, loss_of(add, calendar_of(facts.policies).cut))
            changed = replace(changed, losses=shares)
        else:
            changed = replace(changed, overrides=(*changed.overrides, on_point(add, of_meter, places)))
        if add.kind is OverrideKind.RECOMPUTE and not add.kopecks:
            changed = replace(facts, overrides=(*facts.overrides, _signed_for(add, facts, state)))
    if without is not None:
        changed = replace(
            changed,
            overrides=tuple(each for each in changed.overrides if each.no != without),
            losses=tuple(each for each in changed.losses if each.no != without),
        )
    before, why_before, _ = _posted(facts, state)
    after, why, found = _posted(changed, state)
    if not touched and why is not None and why.reason not in WAITING and state.last is not None:
        # Nobody knows yet what the next month needs; what is charged is corrected all the same.
        state = state._replace(horizon=state.last)
        after, why, found = _posted(changed, state)
    shown = [
        month
        for month in _months(state, before, after, touched)
        if month.changed != (month.without if touched else month.stands)
    ]
    moved = correction(found, [line for _, line in state.stands], horizon=state.posted_in)
    known = touched or why is None
    same = why is not None and why_before is not None and why.reason == why_before.reason
    return DecisionPreview(
        months=tuple(shown),
        effect=sum(each.effect for each in shown) if known and not same else None,
        corrects=0 if moved is None else moved.net,
        shown=digest_of([*shown, "" if why is None else why.reason]),
        reason=None if why is None else BillingReason(why.reason),
        details=None if why is None else why.details,
        without_reason=None if why_before is None else BillingReason(why_before.reason),
    )


def _signed_for(add: Override, facts: AccountFacts, state: _State) -> Override:
    """A recomputation for the sum that is waiting now: whoever signs it sees that sum."""
    try:
        found = due(facts, state.stands, horizon=state.horizon)
    except BillingProblem:
        return add
    moved = correction(found, [line for _, line in state.stands], horizon=state.posted_in)
    return add if moved is None else replace(add, kopecks=moved.net)


def _row_fact(decision_id: int) -> Override | None:
    row = OverrideRow.objects.filter(pk=decision_id).first()
    return None if row is None else fact_of(row)


def _state(account: AccountView, today: Month, touched: Sequence[Override]) -> _State:
    """What is known of the account until its last charged month, the next one, or the last one touched."""
    key = account.account_id
    book = books([key])[key]
    provider = provider_facts(account.provider)
    floor = book.begins(min([today, *(each.since for each in touched)]))
    if touched or (book.last is not None and book.last >= today):
        first = floor if book.last is None else book.last
    else:
        first = floor if book.last is None else book.last.plus(1)
    horizon = max([first, *(min(each.until or each.since, today) for each in touched)])
    facts = account_facts(
        contracts(
            provider_id=account.provider.provider_id, opened_before=Month(2199, 12).first, account_ids=[key]
        ),
        provider=provider,
        horizon=horizon,
        floors={key: floor},
    )
    return _State(facts[key], standing_lines([key])[key], book.last, horizon)


def _posted(facts: AccountFacts, state: _State) -> tuple[list[Line], BillingProblem | None, Difference[int]]:
    """What stands once it is posted, or stays so and why."""
    lines = [line for _, line in state.stands]
    rules = calendar_of(facts.policies).policy(state.posted_in).rules
    try:
        found = due(facts, state.stands, horizon=state.horizon)
        refuse_beyond_limits(found, lines, facts=facts, horizon=state.posted_in, rules=rules)
    except BillingProblem as problem:
        return lines, problem, Difference((), ())
    gone = {name for name, _ in found.reverse}
    return [*(line for name, line in state.stands if name not in gone), *found.post], None, found


def _months(
    state: _State, before: Sequence[Line], after: Sequence[Line], touched: Sequence[Override]
) -> Iterable[PreviewedMonth]:
    """Charged months, and those that the decision is about: what else is still to come is no doing of it."""
    sums = [_sums(line for _, line in state.stands), _sums(before), _sums(after)]
    for month in sorted(set().union(*sums)):
        ours = not touched or any(each.covers(month) for each in touched)
        if (state.last is not None and month <= state.last) or (ours and month <= state.horizon):
            yield PreviewedMonth(month, *(each.get(month, MonthSum(_ZERO, 0)) for each in sums))


def _sums(lines: Iterable[Line]) -> dict[Month, MonthSum]:
    found: dict[Month, MonthSum] = {}
    for line in lines:
        known = found.get(line.month, MonthSum(_ZERO, 0))
        found[line.month] = MonthSum(known.kwh + line.kwh, known.kopecks + line.kopecks)
    return found


def decisions_of(*, account_id: int) -> list[DecisionEntry]:
    """Every decision about an account there ever was, the latest first."""
    return _entries(OverrideRow.objects.filter(account_id=account_id).order_by("-pk"))


def decision_by_id(public_id: str) -> DecisionEntry | None:
    """A decision by its outer id, whatever became of it."""
    return next(iter(_entries(OverrideRow.objects.filter(public_id=public_id))), None)


def waiting_decisions(*, limit: int) -> list[DecisionEntry]:
    """Decisions that wait for a second signature, and those that somebody wants to take back."""
    return _entries(_waiting().order_by("known_at", "pk")[:limit])


def waiting_decision_count() -> int:
    """How many of them."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[OverrideRow, int]:
    return _waiting().values_list("pk", flat=True)


def recent_decisions(*, limit: int, offset: int = 0) -> list[DecisionEntry]:
    """Decisions about all accounts, the latest first."""
    return _entries(OverrideRow.objects.order_by("-pk")[offset : offset + limit])


def decision_texts(decision_ids: Iterable[int | None]) -> dict[int, tuple[str, date]]:
    """The document of each decision and the day it was written, for the lines that carry it out."""
    keys = {each for each in decision_ids if each}
    if not keys:
        return {}
    rows = OverrideRow.objects.filter(pk__in=keys).values_list("pk", "document", "percent", "known_at")
    return {
        pk: (document if percent is None else f"{document}, {number(percent)}\u00a0%", timezone.localdate(at))
        for pk, document, percent, at in rows
    }


def _waiting() -> QuerySet[OverrideRow]:
    return OverrideRow.objects.filter(
        Q(signed_at__isnull=True) | Q(undo_at__isnull=False), gone_at__isnull=True
    )


def _entries(rows: QuerySet[OverrideRow]) -> list[DecisionEntry]:
    return [
        DecisionEntry(
            decision_id=row.pk,
            public_id=row.public_id,
            account_id=row.account_id,
            account_public_id=row.account.public_id,
            account_number=row.account.number,
            kind=OverrideKind(row.kind),
            since=Month.of(row.since),
            until=None if row.until is None else Month.of(row.until),
            meter_serial=row.meter.serial if row.meter else "",
            zone=row.zone,
            kwh=row.kwh,
            kopecks=row.kopecks,
            percent=row.percent,
            ends=None if row.ends is None else Month.of(row.ends),
            document=row.document,
            reason=row.reason,
            effect=row.effect_kopecks,
            by_id=row.by_id,
            by_name=row.by_name,
            known_at=row.known_at,
            signed_at=row.signed_at,
            second=row.signed_by_id is not None,
            undo_by_id=row.undo_by_id,
            undo_by_name=row.undo_by_name,
            undo_at=row.undo_at,
            gone_reason=row.gone_reason,
            gone_at=row.gone_at,
        )
        for row in rows.select_related("account", "meter")
    ]
