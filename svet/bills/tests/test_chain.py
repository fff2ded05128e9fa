"""Bills that follow each other: what one closes with the next opens with, whatever becomes known when."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from itertools import count
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from svet.accounts.models import Account
from svet.accounts.queries import provider_by_id
from svet.accounts.tests.factories import make_provider
from svet.billing import operations as billing
from svet.billing.models import Charge
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account
from svet.bills import operations, queries
from svet.bills.models import Bill
from svet.bills.operations.issuing import _issue_batch
from svet.bills.operations.turns import Turns
from svet.bills.rules import BillDocument
from svet.kernel.ids import new_public_id
from svet.kernel.locks import Lock, hold_all, share
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.ledger import operations as ledger
from svet.ledger import queries as balances
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.metering.models import Meter
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import REQUISITES
from tests.kept import kept

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER = NOVEMBER.plus(-2), NOVEMBER.plus(-1)
KEYS = count(1)


def post(
    account: Account, kopecks: int, *, on: date, kind: TransactionKind = TransactionKind.PAYMENT
) -> None:
    """Move the account's debt by so many kopecks, counting for a day."""
    legs = [Leg(Book.RECEIVABLE, account.pk, Money(kopecks)), Leg(Book.BANK, None, Money(-kopecks))]
    at = datetime(on.year, on.month, on.day, 7, tzinfo=UTC)
    with use_case():
        ledger.post(
            key=f"test:{next(KEYS)}",
            kind=kind,
            legs=legs,
            occurred_at=at,
            effective_on=on,
            provider_id=account.provider_id,
        )


@kept
def live() -> tuple[Account, Meter]:
    """An account read every month from September to December."""
    make_provider(**REQUISITES)
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 8, 20))
    for value, on in ((1100, date(2026, 9, 20)), (1200, date(2026, 10, 20)), (1300, date(2026, 11, 20))):
        make_reading(meter, value, read_on=on)
    return account, meter


def charge(month: Month) -> None:
    first = month.plus(1).first
    now = datetime(first.year, first.month, 1, 1, tzinfo=UTC)
    billing.run(provider_id=make_provider().pk, period=month, now=now)


def issue(month: Month, *, day: int = 1) -> operations.IssueReport:
    """Issue the bills of a month early on a day of the next one."""
    first = month.plus(1).first
    now = datetime(first.year, first.month, day, 4, tzinfo=UTC)
    return operations.issue(provider_id=make_provider().pk, period=month, now=now)


def document(account: Account, month: Month) -> BillDocument:
    return queries.bill_by_id(Bill.objects.get(account=account, period=month.first).pk, masked=False).document


def test_payment_known_after_its_bill_stands_on_the_next_one_with_its_day() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    post(account, -30_000, on=date(2026, 9, 30))
    charge(OCTOBER)
    issue(OCTOBER)
    first, second = document(account, SEPTEMBER), document(account, OCTOBER)
    assert second.sums.opening == first.sums.closing
    assert second.sums.paid == 30_000
    (late,) = second.movements
    assert (late.on, late.kopecks, late.late) == (date(2026, 9, 30), -30_000, True)
    assert second.sums.closing == balances.balance(account.pk).kopecks
    assert queries.broken_chain() == queries.broken() == []


def test_payment_between_the_end_of_the_month_and_the_issue_stands_on_the_bill() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    post(account, -10_000, on=date(2026, 10, 2))
    issue(SEPTEMBER, day=3)
    found = document(account, SEPTEMBER)
    assert found.sums.paid == 10_000
    assert found.sums.closing == balances.balance(account.pk).kopecks
    assert [each.late for each in found.movements] == [False]
    charge(OCTOBER)
    issue(OCTOBER)
    assert document(account, OCTOBER).movements == ()


def test_first_bill_opens_with_all_that_was_before() -> None:
    account, _meter = live()
    post(account, 50_000, on=date(2026, 7, 1), kind=TransactionKind.OPENING)
    post(account, -20_000, on=date(2026, 8, 31))
    post(account, -1_000, on=date(2026, 9, 10))
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    sums = document(account, SEPTEMBER).sums
    assert (sums.opening, sums.paid) == (30_000, 1_000)
    assert queries.broken_chain() == []


def test_refunds_and_corrections_are_named_by_their_kind() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    post(account, 5_000, on=date(2026, 10, 5), kind=TransactionKind.REFUND)
    post(account, -7_000, on=date(2026, 8, 2), kind=TransactionKind.CORRECTION)
    charge(OCTOBER)
    issue(OCTOBER)
    found = document(account, OCTOBER)
    assert [(each.kind, each.late) for each in found.movements] == [("correction", True), ("refund", False)]
    assert (found.sums.refunded, found.sums.recalculated, found.sums.paid) == (5_000, -7_000, 0)
    assert found.sums.closing == balances.balance(account.pk).kopecks
    assert queries.broken_chain() == queries.broken() == []


def test_month_without_a_bill_stands_on_the_next_one_in_its_own_line() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    charge(OCTOBER)
    charge(NOVEMBER)
    issue(NOVEMBER)
    found = document(account, NOVEMBER)
    assert found.previous_period == SEPTEMBER.first
    assert found.sums.earlier == found.movements[0].kopecks > 0
    assert found.sums.charged == found.total
    # The month that was overtaken gets no bill any more: bills only go forward.
    report = issue(OCTOBER, day=15)
    assert (report.issued, report.overtaken) == (0, 1)
    assert queries.broken_chain() == queries.broken() == []


def test_months_charged_together_and_billed_one_after_the_other_chain() -> None:
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        charge(month)
    post(account, -40_000, on=date(2026, 11, 15))
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        issue(month, day=1)
    found = [document(account, month) for month in (SEPTEMBER, OCTOBER, NOVEMBER)]
    assert [each.sums.opening for each in found[1:]] == [each.sums.closing for each in found[:2]]
    assert found[-1].sums.closing == balances.balance(account.pk).kopecks
    assert sum(each.sums.paid for each in found) == 40_000
    assert queries.broken_chain() == []


def test_what_no_bill_shows_is_what_changed_since() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    post(account, -11_111, on=date(2026, 9, 30))
    post(account, -2_222, on=date(2026, 10, 4))
    since = queries.unbilled(account_ids=[account.pk])[account.pk]
    assert [each.kopecks for each in since] == [-11_111, -2_222]
    closing = document(account, SEPTEMBER).sums.closing
    assert closing + sum(each.kopecks for each in since) == balances.balance(account.pk).kopecks


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"from_seq": 1}, "chained"),
        ({"from_seq": 2}, "chained"),
        ({"opening_kopecks": 1}, "chained"),
        ({"payable_kopecks": 1}, "does not close"),
        ({"no": 4}, "chained"),
        ({"to_seq": 9}, "does not close"),
        ({"no": 1, "from_seq": 1, "opening_kopecks": 0}, "number_once"),
        ({"no": 2}, "numbered"),
        ({"no": 2, "from_seq": 2, "opening_kopecks": 0, "to_seq": 5}, "number_once"),
        ({"to_seq": 0}, "range_forwards"),
    ],
)
def test_the_database_keeps_the_chain_by_itself(changed: dict[str, int], constraint: str) -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    charge(OCTOBER)
    issue(OCTOBER)
    first, second = Bill.objects.filter(account=account).order_by("no")
    assert (second.from_seq, second.opening_kopecks) == (first.to_seq + 1, first.payable_kopecks)
    third = {
        "no": 3,
        "from_seq": second.to_seq + 1,
        "to_seq": second.to_seq,
        "opening_kopecks": second.payable_kopecks,
        "payable_kopecks": second.payable_kopecks,
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Bill.objects.bulk_create([_copy(second, **(third | changed))])
    Bill.objects.bulk_create([_copy(second, **third)])


def test_there_is_no_bill_of_no_account() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    first = Bill.objects.get(account=account)
    nobody = {"no": 1, "from_seq": 1, "to_seq": 0, "opening_kopecks": 0, "payable_kopecks": 0}
    for account_id in (0, account.pk + 1_000_000):
        copied = _copy(first, **nobody, account_id=account_id)
        with pytest.raises(IntegrityError, match="a bill of no account"), transaction.atomic():
            Bill.objects.bulk_create([copied])


def _copy(bill: Bill, **changed: int) -> Bill:
    """A later bill of the account that says what is given."""
    copied = Bill.objects.get(pk=bill.pk)
    copied.pk = None
    copied.public_id = new_public_id()
    copied.period = Month.of(bill.period).plus(changed["no"]).first
    for name, value in changed.items():
        setattr(copied, name, value)
    return copied


@pytest.mark.parametrize(
    ("corruption", "says"),
    [
        (
            "UPDATE bills_bill SET payable_kopecks = payable_kopecks + 1 WHERE period = '2026-09-01'",
            "а прошлый кончается на",
        ),
        (
            "UPDATE bills_bill SET payable_kopecks = payable_kopecks + 1 WHERE period = '2026-11-01'",
            "его последняя строка оставила",
        ),
        ("UPDATE bills_bill SET from_seq = from_seq + 1 WHERE no = 2", "начинается за строкой"),
        ("UPDATE bills_bill SET to_seq = to_seq - 1 WHERE no = 2", "начинается за строкой"),
        ("DELETE FROM bills_bill WHERE period = '2026-09-01'", "начинается за строкой"),
        ("UPDATE bills_bill SET opening_kopecks = opening_kopecks + 1 WHERE no = 2", "начинается с"),
        (
            "UPDATE bills_bill SET snapshot = jsonb_set(snapshot, '{sums,opening}', '1') WHERE no = 2",
            "напечатано другое начало",
        ),
    ],
)
def test_verify_names_a_broken_chain(corruption: str, says: str) -> None:
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        charge(month)
        issue(month)
        post(account, -1_000, on=month.plus(1).first)
    assert queries.broken_chain() == []
    with connection.cursor() as cursor:
        # What stays to be checked at the end of the transaction is checked before its triggers go.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(corruption)
    assert any(says in breach for breach in queries.broken_chain())


@pytest.mark.django_db(transaction=True)
def test_two_months_issued_at_once_share_no_posting() -> None:
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
    post(account, -3_000, on=date(2026, 10, 7))
    start = Barrier(2)

    def work(month: Month) -> None:
        start.wait()
        try:
            issue(month)
        finally:
            connection.close()

    threads = [Thread(target=work, args=(month,)) for month in (SEPTEMBER, OCTOBER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whichever came first, everything stands on some bill once.
    assert queries.unbilled(account_ids=[account.pk], until=OCTOBER.end)[account.pk] in ([],)
    assert queries.broken_chain() == []


@pytest.mark.django_db(transaction=True)
def test_who_issue_a_month_at_once_share_it_and_end_it_together(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each account is a block of its own, and a batch.
    monkeypatch.setattr("svet.bills.operations.turns._BLOCK", 1)
    monkeypatch.setattr("svet.bills.operations.issuing.BATCH", 1)
    make_provider(**REQUISITES)
    load_chelyabinsk()
    for _ in range(6):
        _account, meter = make_metered_account(installed_on=date(2026, 8, 20))
        make_reading(meter, 1100, read_on=date(2026, 9, 20))
    charge(SEPTEMBER)
    start, reports = Barrier(2), list[operations.IssueReport]()

    def work() -> None:
        start.wait()
        try:
            reports.append(issue(SEPTEMBER))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.issued for each in reports) == Bill.objects.count() == 6
    assert queries.broken_chain() == []


@pytest.mark.django_db
def test_towards_the_end_of_a_month_batches_become_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.bills.operations.turns._BLOCK", 1)
    make_provider()
    load_chelyabinsk()
    accounts = [make_metered_account(installed_on=date(2026, 8, 20)) for _ in range(12)]
    for _account, meter in accounts:
        make_reading(meter, 1100, read_on=date(2026, 9, 20))
    charge(SEPTEMBER)
    turns, sizes, taken = Turns(accounts[0][0].provider_id, SEPTEMBER), list[int](), list[int]()
    while (batch := turns.take(5)) is not None:
        sizes.append(len(batch))
        taken += batch
    assert sizes == [5, 3, 2, 1, 1]
    assert taken == [account.pk for account, _meter in accounts]


@pytest.mark.django_db(transaction=True)
def test_a_version_with_other_blocks_is_stopped_by_the_books_and_the_rest_is_issued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two versions of the program issue a month at once: the same lock means other accounts to each.

    What both would bill the database lets one of them bill; the other's batch is made again of what is left.
    """
    account, _meter = live()
    for _ in range(3):
        _other, meter = make_metered_account(installed_on=date(2026, 8, 20))
        make_reading(meter, 1100, read_on=date(2026, 9, 20))
    charge(SEPTEMBER)
    accounts = sorted(Charge.objects.values_list("account_id", flat=True))
    held, done, reports = Barrier(2), Barrier(2), list[operations.IssueReport]()

    def former() -> None:
        """Its blocks are twice as large; it has billed the first two accounts and commits at the end."""
        try:
            with use_case():
                share(Lock.BILL_ISSUE, account.provider_id)
                hold_all(Lock.BILLED_ACCOUNTS, [2**30])
                provider, now = provider_by_id(account.provider_id), datetime(2026, 10, 1, 4, tzinfo=UTC)
                _issue_batch(provider, accounts[:2], period=SEPTEMBER, now=now)
                held.wait(30)
                done.wait(30)
        finally:
            connection.close()

    def present() -> None:
        try:
            reports.append(issue(SEPTEMBER))
        finally:
            connection.close()

    threads = [Thread(target=former), Thread(target=present)]
    threads[0].start()
    held.wait(30)
    threads[1].start()
    _wait_until_one_waits()
    done.wait(30)
    for thread in threads:
        thread.join()
    assert [each.issued for each in reports] == [2]
    assert sorted(Bill.objects.values_list("account_id", flat=True)) == accounts
    assert queries.broken_chain() == []


def _wait_until_one_waits() -> None:
    """Until one connection waits for another's row."""
    waiting = "datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(3_000):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM pg_stat_activity WHERE {waiting}")
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_a_block_in_others_hands_is_passed_over_and_waited_for_behind_an_earlier_month() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    charge(OCTOBER)
    provider_id = account.provider_id
    mine, held, done = Turns(provider_id, SEPTEMBER), Barrier(2), Barrier(2)

    def other() -> None:
        with use_case():
            assert Turns(provider_id, SEPTEMBER).take(10) == [account.pk]
            held.wait()
            done.wait()
        connection.close()

    thread = Thread(target=other)
    thread.start()
    held.wait()
    with use_case():
        assert mine.take(10) == []
        assert mine.take(10) is None
    done.wait()
    thread.join()
    # Whoever held it is gone without a bill: it is not forgotten.
    with use_case():
        assert not mine.over()
        assert mine.take(10) == [account.pk]
    # September may still be at work: October waits for each block.
    assert Turns(provider_id, OCTOBER).waits
    issue(SEPTEMBER)
    assert not Turns(provider_id, OCTOBER).waits
