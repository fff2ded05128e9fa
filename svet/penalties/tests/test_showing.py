"""Penalties shown with bills: posted as differences, the same however the runs come, said on the bill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account
from svet.accounts.queries.registry import accounts_by_id
from svet.accounts.tests.factories import make_provider
from svet.billing.tests.factories import NOVEMBER
from svet.bills import queries, texts
from svet.bills.models import Bill
from svet.bills.queries.dues import due_postings_of, shares_of
from svet.bills.queries.streams import broken
from svet.bills.rules import BillDocument, BillStreams
from svet.bills.tests.test_chain import charge, document, issue, live, post
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.ledger import queries as ledger
from svet.ledger.models import Transaction
from svet.ledger.rules import TransactionKind
from svet.penalties.models import PenaltyRun, ShownPenalty
from svet.penalties.operations import (
    PenaltyPolicyOutcome,
    keep_penalty_run,
    set_penalty_policy,
    show_penalties,
)
from svet.penalties.operations.showing import PenaltiesShown
from svet.penalties.queries import choices_of, shown_rows, untold_runs
from svet.penalties.queries.shown import ShownSoFar, shown_so_far
from svet.penalties.rules.policies import PenaltyMode, PenaltyPolicyReason, PenaltyPolicyRefused
from svet.penalties.rules.showing import ShownCause
from svet.penalties.rules.streams import AllocationOrder, streams_of
from svet.tariffs.operations.law import enter_law
from svet.tariffs.queries.law import law, law_in_force
from svet.tariffs.rules.law_entries import LawEntryKind, NewLawEntry

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER, DECEMBER = NOVEMBER.plus(-2), NOVEMBER.plus(-1), NOVEMBER.plus(1)
JANUARY = NOVEMBER.plus(2)
BY = Actor.system("test")
NOW = datetime(2026, 9, 1, tzinfo=UTC)
RATES = "valid_from,valid_to,percent,act,source_url\n2026-03-23,,14,решение,https://example.org\n"
CAPS = "valid_from,valid_to,percent,act,source_url\n2027-01-01,2027-03-31,9.5,решение,https://example.org\n"
YEAR = "valid_from,valid_to,act,source_url\n2027-01-01,2027-12-31,решение,https://example.org\n"


@pytest.fixture
def known_law(settings: Any, tmp_path: Path) -> Iterator[None]:
    """An installation that has added the rows its days need."""
    for name, rows in (("key_rates", RATES), ("penalty_caps", CAPS), ("working_years", YEAR)):
        (tmp_path / f"{name}.csv").write_text(rows, "utf-8")
    settings.LAW_FOLDER = str(tmp_path)
    law.cache_clear()
    yield
    law.cache_clear()


def choose(mode: PenaltyMode, *, since: Month = SEPTEMBER) -> PenaltyPolicyOutcome:
    return set_penalty_policy(provider_id=make_provider().pk, since=since.first, mode=mode, by=BY, now=NOW)


def owing(*months: Month) -> Account:
    """An account whose months are charged and issued, and nobody pays."""
    account, _ = live()
    for month in months:
        charge(month)
        issue(month)
    return account


def run(account: Account, period: Month, *, on: date | None = None) -> PenaltiesShown:
    """The penalties of a month alone, on the first day behind it or another."""
    (view,) = accounts_by_id([account.pk])
    today = on or period.end
    with use_case():
        now = datetime(today.year, today.month, today.day, 4, tzinfo=UTC)
        shown = show_penalties(
            provider_id=account.provider_id,
            region=view.provider.region,
            period=period,
            moved=due_postings_of([account.pk]),
            choices=choices_of(account.provider_id),
            law=law_in_force(),
            today=today,
            now=now,
        )
        keep_penalty_run(provider_id=account.provider_id, period=period, shown=shown, today=today, now=now)
        return shown


def streams(account: Account, month: Month) -> BillStreams:
    found = document(account, month).streams
    assert found is not None
    return found


def posted(account: Account) -> int:
    return sum(ShownPenalty.objects.filter(account=account).values_list("kopecks", flat=True))


@pytest.mark.usefixtures("known_law")
def test_a_bill_shows_what_late_payment_has_cost_with_its_days_and_the_books_have_it() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    first, second, third = Bill.objects.filter(account=account).order_by("no")
    # The bill of September was due on 15 October; 30 November is the 46th day.
    days = 46 - 30
    exact = Decimal(first.payable_kopecks) * days * Decimal("9.5") / 100 / 300
    kopecks = int(exact.quantize(Decimal(1)))
    assert [document(account, month).streams for month in (SEPTEMBER, OCTOBER)] == [None, None]
    said = streams(account, NOVEMBER)
    assert (said.shown, said.penalty, said.penalty_paid, said.by_hand) == (kopecks, kopecks, 0, 0)
    assert said.energy + said.fee + said.penalty == third.payable_kopecks
    (part,) = said.parts
    assert [(each.bill, each.first_number, each.days) for each in part.lines] == [(first.number, 31, days)]
    assert document(account, NOVEMBER).sums.penalty == kopecks
    (booked,) = Transaction.objects.filter(kind=TransactionKind.PENALTY.value)
    assert (booked.key, booked.effective_on) == (f"pen:{account.pk}:1", date(2026, 11, 30))
    assert (
        second.payable_kopecks + document(account, NOVEMBER).sums.charged + kopecks == third.payable_kopecks
    )
    labels = [row.label for row in texts.sum_rows(document(account, NOVEMBER))]
    assert "Пени 30.11.2026" in labels
    assert "в том числе пени" in labels
    assert broken() == queries.broken_chain() == queries.broken() == ledger.broken() == []


@pytest.mark.usefixtures("known_law")
def test_a_run_twice_late_or_of_an_earlier_month_posts_nothing_more() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    before = posted(account)
    for month in (NOVEMBER, SEPTEMBER, OCTOBER, NOVEMBER):
        assert run(account, month).kopecks == 0
    assert run(account, NOVEMBER, on=date(2027, 3, 5)).kopecks == 0
    assert posted(account) == before > 0


@pytest.mark.usefixtures("known_law")
@pytest.mark.parametrize(
    "order",
    [
        [OCTOBER, NOVEMBER, DECEMBER, JANUARY],
        [JANUARY],
        [JANUARY, DECEMBER, NOVEMBER, OCTOBER],
        [DECEMBER, DECEMBER, OCTOBER, JANUARY, NOVEMBER],
    ],
)
def test_in_whatever_order_months_run_the_same_is_posted_in_the_end(order: list[Month]) -> None:
    choose(PenaltyMode.SHOWN, since=OCTOBER)
    account, _ = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue_without_penalties(month)
    first = Bill.objects.filter(account=account).order_by("no")[0]
    post(account, -first.payable_kopecks // 3, on=date(2026, 11, 20))
    for month in order:
        run(account, month)
    (view,) = accounts_by_id([account.pk])
    from svet.penalties.rules.counting import count_penalties

    should = count_penalties(
        [each for each in due_postings_of([account.pk])[account.pk] if each.kind != "penalty"],
        until=JANUARY.end - timedelta(days=1),
        law=law_in_force(),
        choices=choices_of(account.provider_id),
        region=view.provider.region,
    )
    assert posted(account) == should.money.kopecks > 0
    assert broken() == ledger.broken() == []


def issue_without_penalties(month: Month) -> None:
    """Bills of a month on whose last day nothing is late yet."""
    issue(month)
    assert not ShownPenalty.objects.exists()


@pytest.mark.usefixtures("known_law")
def test_a_payment_in_time_that_becomes_known_late_takes_the_penalty_back_and_says_why() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    shown = posted(account)
    first = Bill.objects.filter(account=account).order_by("no")[0]
    post(account, -first.payable_kopecks, on=date(2026, 10, 10))
    charge(DECEMBER)
    issue(DECEMBER)
    row = ShownPenalty.objects.filter(account=account).latest("no")
    assert row.cause == ShownCause.PAYMENT.value
    # October's own is late too by now: what stands is that alone.
    assert posted(account) == row.should_kopecks < shown + row.should_kopecks
    said = streams(account, DECEMBER)
    assert said.parts[0].before == shown
    assert said.penalty_opening + said.shown - said.penalty_paid == said.penalty
    assert broken() == queries.broken_chain() == queries.broken() == []


@pytest.mark.usefixtures("known_law")
def test_money_that_had_paid_a_penalty_pays_consumption_when_it_is_taken_back() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    third = Bill.objects.filter(account=account).latest("no")
    shown = posted(account)
    post(account, -third.payable_kopecks, on=date(2026, 12, 5))
    found = shares_of([account.pk], provider_id=account.provider_id)[account.pk]
    assert -found[-1][1].penalty == shown
    assert streams_of([share for _, share in found]).kopecks == 0
    # September had been paid in time after all.
    first = Bill.objects.filter(account=account).order_by("no")[0]
    post(account, -first.payable_kopecks, on=date(2026, 10, 5))
    charge(DECEMBER)
    issue(DECEMBER)
    said = streams(account, DECEMBER)
    assert posted(account) == 0
    assert (said.penalty_opening, said.shown, said.penalty_paid, said.penalty) == (shown, -shown, 0, 0)
    assert broken() == []


@pytest.mark.usefixtures("known_law")
@pytest.mark.parametrize("mode", [None, PenaltyMode.ACCRUED, PenaltyMode.OFF])
def test_where_penalties_are_not_shown_no_bill_says_a_word_of_them(mode: PenaltyMode | None) -> None:
    if mode is not None:
        choose(mode)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    assert not ShownPenalty.objects.exists()
    assert document(account, NOVEMBER).streams is None
    snapshot = Bill.objects.filter(account=account).latest("no").snapshot
    assert "streams" not in snapshot
    assert "penalty" not in snapshot["sums"]


@pytest.mark.usefixtures("known_law")
def test_what_was_shown_only_falls_after_the_supplier_has_stopped_showing() -> None:
    choose(PenaltyMode.SHOWN)
    choose(PenaltyMode.ACCRUED, since=DECEMBER)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    shown = posted(account)
    charge(DECEMBER)
    issue(DECEMBER)
    assert posted(account) == shown > 0
    second = Bill.objects.filter(account=account).order_by("no")[1]
    post(account, -second.payable_kopecks, on=date(2026, 10, 10))
    run(account, DECEMBER)
    assert posted(account) == 0


@pytest.mark.usefixtures("known_law")
def test_days_on_which_the_supplier_counts_no_penalties_cost_nothing() -> None:
    choose(PenaltyMode.SHOWN)
    choose(PenaltyMode.OFF, since=NOVEMBER)
    choose(PenaltyMode.SHOWN, since=DECEMBER)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    assert posted(account) == 0
    run(account, DECEMBER)
    lines = ShownPenalty.objects.get().lines
    assert min(line["since"] for line in lines) == "2026-12-01"
    assert {line["first_number"] for line in lines if line["divisor"] == 300} == {47, 31}


def test_a_day_without_a_rate_is_not_told_and_the_bill_goes_out_without_a_penalty() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    assert document(account, NOVEMBER).streams is None
    (untold,) = untold_runs()
    assert (untold.period, untold.untold) == (NOVEMBER, 1)
    assert untold.missing is not None
    assert "30.11.2026" in str(texts_of_law(untold.missing))
    # Somebody enters the rate: the next month shows all of it.
    for month in range(3, 12):
        entered = date(2026, month + 1, 1) - timedelta(days=1)
        rate(max(date(2026, 3, 23), date(2026, month, 1)), entered)
    assert run(account, NOVEMBER).accounts == 1
    assert posted(account) > 0
    assert broken() == []


def texts_of_law(missing: Any) -> str:
    from svet.tariffs.texts import explain

    return explain(missing)


def rate(since: date, until: date) -> None:
    new = NewLawEntry(LawEntryKind.KEY_RATE, since, until, Decimal(14), "решение", "https://cbr.ru/")
    enter_law(new=new, by=BY, today=date(2026, 11, 1), now=NOW)


@pytest.mark.usefixtures("known_law")
def test_what_is_written_off_by_hand_is_not_shown_again_and_not_given_back_twice() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    shown = posted(account)
    post(account, -shown, on=date(2026, 12, 3), kind=TransactionKind.PENALTY)
    assert run(account, NOVEMBER).accounts == 0
    first = Bill.objects.filter(account=account).order_by("no")[0]
    post(account, -first.payable_kopecks, on=date(2026, 10, 10))
    assert run(account, NOVEMBER).accounts == 0
    assert posted(account) == shown
    found = shares_of([account.pk], provider_id=account.provider_id)[account.pk]
    assert streams_of([share for _, share in found]).penalty == 0
    charge(DECEMBER)
    issue(DECEMBER)
    said = streams(account, DECEMBER)
    assert said.by_hand == -shown
    assert broken() == queries.broken() == []


@pytest.mark.usefixtures("known_law")
def test_a_choice_never_reaches_bills_that_are_out() -> None:
    assert choose(PenaltyMode.SHOWN) is PenaltyPolicyOutcome.ADDED
    assert choose(PenaltyMode.SHOWN) is PenaltyPolicyOutcome.UNCHANGED
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    for since in (SEPTEMBER, NOVEMBER, DECEMBER):
        # Bills of November were issued on 1 December.
        with pytest.raises(PenaltyPolicyRefused) as refused:
            choose(PenaltyMode.OFF, since=since)
        assert refused.value.reason is PenaltyPolicyReason.MONTH_ISSUED
    assert choose(PenaltyMode.OFF, since=JANUARY) is PenaltyPolicyOutcome.ADDED
    with pytest.raises(PenaltyPolicyRefused) as refused:
        set_penalty_policy(
            provider_id=account.provider_id, since=date(2027, 3, 2), order=AllocationOrder.ENERGY_FIRST,
            by=BY, now=NOW,
        )  # fmt: skip
    assert refused.value.reason is PenaltyPolicyReason.NOT_FIRST_DAY


@pytest.mark.usefixtures("known_law")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE penalties_shownpenalty SET kopecks = kopecks + 1", "в книгах другое"),
        ("UPDATE penalties_shownpenalty SET should_kopecks = should_kopecks + 1", "не дают своей суммы"),
        ("DELETE FROM penalties_shownpenalty", "в книгах другое"),
        (
            "UPDATE bills_bill SET snapshot = jsonb_set(snapshot, '{streams,penalty}', '1')",
            "не те, что в книгах",
        ),
        ("UPDATE ledger_posting SET balance_after = balance_after + 1", "не дают его остатка"),
    ],
)
def test_what_somebody_changes_behind_the_books_is_found(change: str, says: str) -> None:
    choose(PenaltyMode.SHOWN)
    owing(SEPTEMBER, OCTOBER, NOVEMBER)
    assert broken() == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        if "ledger_posting" in change:
            cursor.execute("ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_numbered")
        cursor.execute(change)
        cursor.execute("SET session_replication_role = origin")
    assert any(says in breach for breach in broken())


@pytest.mark.usefixtures("known_law")
def test_the_database_lets_nobody_change_what_was_shown() -> None:
    choose(PenaltyMode.SHOWN)
    owing(SEPTEMBER, OCTOBER, NOVEMBER)
    with pytest.raises(IntegrityError, match="as it was shown"), transaction.atomic():
        ShownPenalty.objects.update(kopecks=1)
    assert PenaltyRun.objects.get(period=NOVEMBER.first).accounts == 1


def written(document_: BillDocument) -> list[str]:
    shown = texts.penalties_on(document_)
    assert shown is not None
    return [row.formula for part in shown.parts for row in part.rows]


@pytest.mark.usefixtures("known_law")
def test_formulas_on_the_bill_give_its_sum() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    charge(DECEMBER)
    issue(DECEMBER)
    for month in (NOVEMBER, DECEMBER):
        said = document(account, month)
        assert written(said)
        shown = texts.penalties_on(said)
        assert shown is not None
        for part in shown.parts:
            counted = sum(row.money.kopecks for row in part.rows) + sum(row.kopecks for row in part.sums[:-1])
            assert counted == part.sums[-1].kopecks == shown.kopecks


@pytest.mark.usefixtures("known_law")
def test_penalties_that_an_act_has_shown_are_not_asked_for_again_when_bills_show_them() -> None:
    choose(PenaltyMode.ACCRUED)
    choose(PenaltyMode.SHOWN, since=DECEMBER)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    post(account, 500, on=date(2026, 12, 3), kind=TransactionKind.PENALTY)
    charge(DECEMBER)
    issue(DECEMBER)
    row = ShownPenalty.objects.get()
    assert row.should_kopecks > 500
    assert row.kopecks == row.should_kopecks - 500
    said = streams(account, DECEMBER)
    assert (said.by_hand, said.shown, said.penalty) == (500, row.kopecks, row.should_kopecks)
    shown = texts.penalties_on(document(account, DECEMBER))
    assert shown is not None
    assert ("Показано раньше по актам", -500) in [(each.label, each.kopecks) for each in shown.parts[0].sums]
    assert run(account, DECEMBER).accounts == 0
    assert broken() == queries.broken() == []


@pytest.mark.usefixtures("known_law")
def test_a_run_reads_what_was_posted_and_not_the_days_that_explain_it() -> None:
    choose(PenaltyMode.SHOWN)
    account = owing(SEPTEMBER, OCTOBER, NOVEMBER)
    with CaptureQueriesContext(connection) as asked:
        assert run(account, DECEMBER).accounts == 1
    read = [each["sql"] for each in asked if "penalties_shownpenalty" in each["sql"]]
    assert [sql for sql in read if sql.startswith("SELECT")]
    assert not [sql for sql in read if sql.startswith("SELECT") and '"lines"' in sql]
    rows = shown_rows([account.pk])[account.pk]
    assert shown_so_far([account.pk, 0]) == {
        0: ShownSoFar(),
        account.pk: ShownSoFar(
            no=2,
            known_seq=rows[-1].known_seq,
            kopecks=sum(row.kopecks for row in rows),
            through=rows[-1].through,
            posting_seqs=frozenset(row.posting_seq for row in rows),
        ),
    }
