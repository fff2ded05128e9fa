"""A register or a charge that lasts for an hour: desks say so at once, what was asked goes on behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from svet.accounts.tests.factories import make_account, make_provider
from svet.billing.models import MonthTask, Policy
from svet.billing.operations import asking, turnstile
from svet.billing.operations.turnstile import one_at_a_time, somebody_charges
from svet.billing.tests.factories import NOVEMBER, NOW, load_chelyabinsk, make_norm
from svet.exchange import jobs
from svet.exchange.models import LoadedFile
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case
from svet.ledger import queries as ledger
from svet.staff.registers.tests.test_registers import PAGE, content
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db(transaction=True)
POLICY = "/staff/billing/policy/"


@contextmanager
def holding(lock: Lock, key: int | str = 0, *, at_most: float = 60.0) -> Iterator[threading.Event]:
    """Somebody in another process has it alone; the event says that it was given up."""
    has, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        try:
            with use_case():
                hold(lock, key)
                has.set()
                may_end.wait(at_most)
                ended.set()
        finally:
            connection.close()

    other = threading.Thread(target=work)
    other.start()
    assert has.wait(10)
    try:
        yield ended
    finally:
        may_end.set()
        other.join()


@pytest.fixture
def olga() -> Client:
    load_chelyabinsk()
    make_norm()
    return working(make_member(role=Role.BILLING))


def test_a_desk_says_that_a_register_is_taken_and_keeps_what_was_typed(olga: Client) -> None:
    typed = {"provider": "ural", "valid_from": "2027-01", "norm_kwh_per_person": "123"}
    rows = Policy.objects.count()
    with holding(Lock.NEWS_OF_ACCOUNTS) as ended:
        said = olga.post(POLICY, typed)
        assert not ended.is_set()
    assert (said.status_code, said["Retry-After"]) == (409, "60")
    assert "Ничего не записано" in (page := said.content.decode())
    assert 'value="123"' in page
    assert Policy.objects.count() == rows
    assert olga.post(POLICY, typed).status_code == 302
    assert Policy.objects.count() == rows + 1


def test_a_small_register_is_kept_and_judged_and_taken_by_jobs_when_a_large_one_is_before_it(
    olga: Client,
) -> None:
    account = make_account()
    file = SimpleUploadedFile("банк.txt", content(account.number))
    with holding(Lock.PAYMENT_REGISTERS) as ended:
        sent = olga.post(PAGE, {"file": file})
        assert (sent.status_code, ended.is_set()) == (302, False)
        loaded = LoadedFile.objects.get()
        assert loaded.state == "judging"
        assert "читаем" in olga.get(sent["Location"]).content.decode()
    jobs.judge(public_id=loaded.public_id)
    with holding(Lock.PAYMENT_REGISTERS) as ended:
        assert olga.post(sent["Location"], {"act": "take"}).status_code == 302
        assert not ended.is_set()
        assert LoadedFile.objects.get().state == "taking"
        assert ledger.balance(account.pk).kopecks == 0
    assert _jobs() == ["exchange.judge", "exchange.take"]
    jobs.take(public_id=loaded.public_id, person_id=1, name="Ольга")
    assert LoadedFile.objects.get().state == "taken"
    assert ledger.balance(account.pk).kopecks == -300_00


def _jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE queue_name = 'registers' ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def test_a_month_that_waits_for_a_register_shows_it_gives_signs_and_goes_on(
    olga: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = make_provider(code="ural")
    make_account(provider=provider, tariff_group="1.1", opened_on=NOVEMBER.first)
    monkeypatch.setattr(turnstile, "_TURN", 0.1)
    clock, month = iter(NOW + timedelta(minutes=n) for n in range(1000)), f"/staff/billing/ural/{NOVEMBER}/"
    asking.ask_dry_run(provider_id=provider.pk, period=NOVEMBER, by=Actor.system("Ольга"), now=NOW)
    task = MonthTask.objects.get()

    def work() -> None:
        try:
            asking.do_month_task(task_id=task.pk, clock=lambda: next(clock))
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with holding(Lock.NEWS_OF_ACCOUNTS) as ended:
        worker.start()
        began = task.beat_at
        while (task := MonthTask.objects.get()).beat_at <= began + timedelta(minutes=3):
            assert worker.is_alive()
        assert "Ждёт конца загрузки реестра" in olga.get(month).content.decode()
        assert not ended.is_set()
    worker.join()
    assert MonthTask.objects.get().state == "done"
    assert "Ждёт конца загрузки реестра" not in olga.get(month).content.decode()


def test_whoever_waits_for_a_register_keeps_no_supplier_from_others_meanwhile() -> None:
    provider = make_provider(code="ural")

    def change_rules() -> None:
        try:
            with use_case():
                one_at_a_time(provider.pk)
        finally:
            connection.close()

    other = threading.Thread(target=change_rules)
    with holding(Lock.NEWS_OF_ACCOUNTS):
        other.start()
        while not _waiting():
            assert other.is_alive()
        assert not somebody_charges(provider.pk)
    other.join()


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])
