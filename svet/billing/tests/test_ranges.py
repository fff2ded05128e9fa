"""A month is charged by as many processes as there are: by ranges of accounts, each account once."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from svet.accounts.tests.factories import make_provider
from svet.billing import operations, queries
from svet.billing.models import BillingRun, Charge, ChargeLine, RunRange
from svet.billing.operations import batches, running
from svet.billing.operations.posting import Tally
from svet.billing.tests.factories import (
    NOVEMBER,
    NOW,
    charge_november,
    load_chelyabinsk,
    make_metered_account,
)
from svet.ledger import queries as ledger
from svet.ledger.models import Posting, Transaction
from svet.metering.tests.factories import make_reading
from svet.tariffs.models import TariffRow


def make_street(count: int) -> None:
    load_chelyabinsk()
    for number in range(count):
        _, meter = make_metered_account(installed_on=date(2026, 10, 20), residents=2)
        make_reading(meter, 1100 + number, read_on=date(2026, 11, 20))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_sets", [False, True])
def test_runs_of_a_month_at_once_share_its_ranges(monkeypatch: pytest.MonkeyPatch, by_sets: bool) -> None:
    monkeypatch.setattr(running, "RANGE", 4)
    provider_id = make_provider().pk
    make_street(14)
    gate = threading.Barrier(3)
    reports: list[operations.RunReport] = []
    looked_at: list[int] = []

    def work() -> None:
        gate.wait()
        try:
            reports.append(
                operations.run(
                    provider_id=provider_id, period=NOVEMBER, now=NOW, batch=2, by_sets=by_sets,
                    progress=lambda done, _: looked_at.append(done),
                )
            )  # fmt: skip
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Each of them waits for the others, so each tells of the whole month.
    assert {(report.charges, report.problems) for report in reports} == {(14, 0)}
    assert len(reports) == 3
    assert Charge.objects.count() == 14
    run = BillingRun.objects.get()
    assert (run.state, run.lines) == ("done", ChargeLine.objects.count())
    assert not RunRange.objects.filter(done=False).exists()
    assert queries.broken() == []
    assert ledger.broken() == []


@pytest.mark.django_db
def test_a_run_that_was_broken_off_goes_on_in_the_range_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "RANGE", 3)
    make_street(7)
    step = batches.take_step
    taken: list[int] = []

    def dying(charging: batches.Charging) -> batches.Step | None:
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(1)
        return step(charging)

    monkeypatch.setattr(running, "take_step", dying)
    with pytest.raises(KeyboardInterrupt):
        operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW, batch=2)
    assert Charge.objects.count() == 3
    assert list(RunRange.objects.order_by("above").values_list("done", flat=True)) == [True, False, False]
    monkeypatch.setattr(running, "take_step", step)
    report = operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW, batch=2)
    assert report.charges == 7


@pytest.mark.django_db
def test_no_account_of_another_key_and_no_price_of_nowhere_is_charged() -> None:
    """What foreign keys refused row by row is refused for a whole statement."""
    account, _ = charge_november()
    charge, line = Charge.objects.get(account=account), ChargeLine.objects.get(account=account)
    posting, entry = Posting.objects.filter(account=account).first(), Transaction.objects.first()
    assert posting is not None
    assert entry is not None
    nowhere = 1_000_000
    charge.pk, charge.account_id, charge.total_kopecks, charge.transaction_id = None, nowhere, 0, None
    other = Charge.objects.get(account=account)
    other.pk, other.run_id, other.period = None, nowhere, date(2026, 12, 1)
    line.pk, line.position, line.tariff_row_id = None, 9, nowhere
    entry.pk, entry.key, entry.provider_id = None, "other", nowhere
    for row, name in (
        (charge, "no account"), (other, "no run"), (line, "no row of prices"), (entry, "no provider"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save()
    with (
        pytest.raises(IntegrityError, match="does not follow"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO ledger_posting (transaction_id, book, account_id, kopecks)"
            " SELECT transaction_id, book, CASE WHEN account_id IS NULL THEN NULL::bigint ELSE 1000000 END,"
            " kopecks FROM ledger_posting"
        )


@pytest.mark.django_db
def test_a_batch_of_more_than_twenty_million_roubles_is_counted_whole() -> None:
    charge_november()
    run = BillingRun.objects.get()
    batches.count_in(run.pk, Tally(kopecks=2_475_687_940))
    before = run.total_kopecks
    run.refresh_from_db()
    assert run.total_kopecks - before == 2_475_687_940


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [BillingRun, TariffRow])
def test_what_charges_and_lines_name_stays(kind: type[BillingRun] | type[TariffRow]) -> None:
    charge_november()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {kind._meta.db_table}")
