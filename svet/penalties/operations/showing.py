"""Penalties of a month's accounts are shown: each is posted what should stand minus what stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, NewTransaction, TransactionKind
from svet.penalties.models import PenaltyRun, ShownPenalty
from svet.penalties.queries.policies import choices_of
from svet.penalties.queries.shown import ShownSoFar, dumped, shown_so_far
from svet.penalties.rules.counting import count_penalties
from svet.penalties.rules.policies import DatedChoice, PenaltyMode, choice_on
from svet.penalties.rules.showing import ByHand, cause_of, line_of, to_post
from svet.penalties.rules.streams import DuePosting
from svet.tariffs.rules.law import Law, LawMissing


@dataclass(frozen=True, slots=True)
class PenaltiesShown:
    """What a run posted: accounts with a difference, its sum in kopecks, accounts that nobody could count."""

    accounts: int = 0
    kopecks: int = 0
    untold: int = 0
    missing: LawMissing | None = None

    def __add__(self, other: PenaltiesShown) -> PenaltiesShown:
        return PenaltiesShown(
            self.accounts + other.accounts,
            self.kopecks + other.kopecks,
            self.untold + other.untold,
            self.missing or other.missing,
        )


@dataclass(frozen=True, slots=True)
class _Month:
    """By what a month is counted, and through which day."""

    period: Month
    through: date
    mode: PenaltyMode
    choices: Sequence[DatedChoice]
    region: str
    law: Law


def show_penalties(
    *,
    provider_id: int,
    region: str,
    period: Month,
    moved: Mapping[int, Sequence[DuePosting]],
    choices: Sequence[DatedChoice],
    law: Law,
    today: date,
    now: datetime,
) -> PenaltiesShown:
    """Post to each account what its penalties lack or are too much for (a step of a month's run).

    ``moved`` are all movements of each account with the due days of their bills. Counted through the last day
    of ``period``, never beyond today, and never less far than before: a run again, late or of an earlier
    month changes nothing that the days do not. An account whose days no act reaches is left as it stands
    and counted as untold.
    """
    require_transaction()
    mode = choice_on(choices, period.first).mode
    through = min(period.end - timedelta(days=1), today)
    month = _Month(period, through, mode, choices, region, law)
    earlier = shown_so_far(moved)
    untold, missing, rows = 0, None, []
    for account_id, postings in sorted(moved.items()):
        if not postings:
            continue
        try:
            row = _difference(month, account_id, postings, earlier[account_id], now=now)
        except LawMissing as refused:
            untold, missing = untold + 1, missing or refused
            continue
        if row is not None:
            rows.append(row)
    _post(rows, provider_id=provider_id, now=now)
    return PenaltiesShown(len(rows), sum(row.kopecks for row in rows), untold, missing)


def _difference(
    month: _Month,
    account_id: int,
    postings: Sequence[DuePosting],
    earlier: ShownSoFar,
    *,
    now: datetime,
) -> ShownPenalty | None:
    """The row to post, if anything changes. :raises LawMissing:"""
    by_hand = ByHand.of(
        each.money.kopecks
        for each in postings
        if each.kind == TransactionKind.PENALTY and each.seq not in earlier.posting_seqs
    )
    until = max(month.through, earlier.through)
    found = count_penalties(postings, until=until, law=month.law, choices=month.choices, region=month.region)
    kopecks = to_post(should=found.money.kopecks, posted=earlier.kopecks, by_hand=by_hand, mode=month.mode)
    if not kopecks:
        return None
    return ShownPenalty(
        account_id=account_id,
        no=earlier.no + 1,
        period=month.period.first,
        through=until,
        known_seq=postings[-1].seq,
        posting_seq=0,
        should_kopecks=found.money.kopecks,
        before_kopecks=earlier.kopecks,
        kopecks=kopecks,
        cause=cause_of(kopecks, [each for each in postings if each.seq > earlier.known_seq]).value,
        lines=dumped([line_of(each) for each in found.segments]),
        posted_at=now,
    )


def _post(rows: Sequence[ShownPenalty], *, provider_id: int, now: datetime) -> None:
    if not rows:
        return
    posted = ledger.post_many(
        [
            NewTransaction(
                key=row.ledger_key,
                kind=TransactionKind.PENALTY,
                legs=[
                    Leg(Book.RECEIVABLE, row.account_id, Money(row.kopecks)),
                    Leg(Book.REVENUE, None, Money(-row.kopecks)),
                ],
                occurred_at=now,
                effective_on=row.through,
                provider_id=provider_id,
            )
            for row in rows
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, seq FROM ledger_posting_door"
            " WHERE transaction_id = ANY(%s) AND book = 'receivable'",
            [[one.id for one in posted]],
        )
        numbers = dict(cursor.fetchall())
    for row in rows:
        row.posting_seq = numbers[row.account_id]
    ShownPenalty.objects.bulk_create(rows)


def keep_penalty_run(
    *, provider_id: int, period: Month, shown: PenaltiesShown, today: date, now: datetime
) -> None:
    """Add what a batch has posted to its month's run (a step, the last one: the run is one row)."""
    require_transaction()
    mode = choice_on(choices_of(provider_id), period.first).mode
    run, _ = PenaltyRun.objects.get_or_create(
        provider_id=provider_id,
        period=period.first,
        defaults={"mode": mode.value, "ran_at": now, "ran_on": today},
    )
    missing = shown.missing
    PenaltyRun.objects.filter(pk=run.pk).update(
        mode=mode.value,
        accounts=F("accounts") + shown.accounts,
        kopecks=F("kopecks") + shown.kopecks,
        untold=F("untold") + shown.untold,
        ran_at=now,
        ran_on=today,
        **({"missing": missing.act.value, "missing_on": missing.day} if missing else {}),
    )
