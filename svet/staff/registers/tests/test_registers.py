"""The desk «Реестры»: nothing is credited before somebody says so, and once when two say it."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.exchange import jobs, operations, queries
from svet.exchange.models import ImportFile, LoadedFile, LoadedPart
from svet.exchange.operations import keeping, loading
from svet.exchange.rules.refusals import FileRefused
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.payments.models import ImportedPayment, Source
from svet.payments.queries.receipts import source_receipts
from svet.payments.rules.receipts import RegisterReceipts
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

PAGE = "/staff/registers/"


def content(account: str, *more: str, total: str = "300,00", count: int = 1) -> bytes:
    day = timezone.localdate().strftime("%d-%m-%Y")
    line = f"{day};10-15-00;8597;0123;K1;S{{}};{account};Крапивина З.П.;ул. Ветряная, 7;1026;{{}};{{}};0,00"
    rows = [line.format(1, "300,00", "300,00")]
    rows += [line.format(n, paid, paid) for n, paid in enumerate(more, start=2)]
    return "\r\n".join([*rows, f"={count};{total};{total};0,00;77;20-11-2026"]).encode("cp1251")


def send(client: Client, raw: bytes, name: str = "банк.txt", **fields: str) -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile(name, raw), **fields})


def balance(account: Account) -> Money:
    return ledger.balance(account.pk)


@pytest.fixture
def account() -> Account:
    return make_account()


@pytest.fixture
def olga() -> Client:
    return working(make_member(role=Role.BILLING))


@pytest.mark.django_db
def test_an_empty_desk_says_so_and_an_operator_is_denied(olga: Client) -> None:
    assert "Реестров ещё не было" in olga.get(PAGE).content.decode()
    assert working(make_member(role=Role.OPERATOR)).get(PAGE).status_code == 403


@pytest.mark.django_db
def test_a_register_is_shown_before_anything_is_credited_and_then_taken(
    olga: Client, account: Account
) -> None:
    sent = send(olga, content(account.number, "45,00", "oops", total="345,00", count=3))
    assert sent.status_code == 302
    page = olga.get(sent["Location"]).content.decode()
    assert "На лицевые счета" in page
    assert "345,00" in page
    assert "Строка 3, столбец sum" in page
    assert not ImportFile.objects.exists()
    assert not ImportedPayment.objects.exists()
    assert balance(account) == Money(0)
    assert "ждёт решения" in olga.get(PAGE).content.decode()
    assert queries.loaded_waiting() == 1
    assert olga.post(sent["Location"], {"act": "take"}).status_code == 302
    assert balance(account) == Money(-345_00)
    rejects = olga.get(f"{sent['Location']}rejects/")
    assert b"oops" in rejects.content
    assert "attachment" in rejects["Content-Disposition"]
    assert not LoadedPart.objects.exists()
    assert "345,00" in olga.get(PAGE).content.decode()


@pytest.mark.django_db
def test_a_register_that_does_not_add_up_waits_for_a_word_and_is_taken_without_a_line(
    olga: Client, account: Account
) -> None:
    sent = send(olga, content(account.number, "45,00", total="400,00", count=2))
    page = olga.get(sent["Location"]).content.decode()
    assert "не сходится" in page
    assert "Взять, хотя не сходится" in page
    assert olga.post(sent["Location"], {"act": "without", "lines": "первая"}).status_code == 409
    olga.post(sent["Location"], {"act": "without", "lines": " 2, "})
    assert balance(account) == Money(-300_00)
    assert LoadedFile.objects.get().state == "taken"


@pytest.mark.django_db
def test_a_register_thrown_away_leaves_nothing_and_cannot_be_taken(olga: Client, account: Account) -> None:
    sent = send(olga, content(account.number))
    olga.post(sent["Location"], {"act": "throw"})
    assert olga.post(sent["Location"], {"act": "take"}).status_code == 409
    assert balance(account) == Money(0)
    assert not LoadedPart.objects.exists()
    assert "банк.txt" not in olga.get(PAGE).content.decode()


@pytest.mark.django_db
def test_the_same_file_twice_is_credited_once_and_told(olga: Client, account: Account) -> None:
    first, second = (send(olga, content(account.number))["Location"] for _ in range(2))
    olga.post(first, {"act": "take"})
    olga.post(second, {"act": "take"})
    assert "уже загружен" in olga.get(second).content.decode()
    assert balance(account) == Money(-300_00)
    third = send(olga, content(account.number))["Location"]
    assert "уже загружен" in olga.get(third).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [("банк.xlsx", b"x", "Принимаем файлы .csv и .txt."), ("банк.txt", b"\0\1", "нулевой байт")],
)
def test_what_is_no_register_is_refused_beside_the_field(
    olga: Client, name: str, raw: bytes, said: str
) -> None:
    answer = send(olga, raw, name)
    assert said in answer.content.decode()
    assert not LoadedFile.objects.exists()
    assert "Выберите файл." in olga.post(PAGE, {}).content.decode()


@pytest.mark.django_db
def test_a_large_register_is_read_and_taken_by_jobs(
    olga: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "AT_ONCE", 10)
    monkeypatch.setattr(keeping, "PART", 40)
    place = send(olga, content(account.number))["Location"]
    parts = LoadedPart.objects.order_by("no").values_list("content", flat=True)
    assert (len(parts), b"".join(map(bytes, parts))) == (4, content(account.number))
    assert "читаем" in olga.get(place).content.decode()
    assert olga.post(place, {"act": "take"}).status_code == 409
    public_id = LoadedFile.objects.get().public_id
    jobs.judge(public_id)
    olga.post(place, {"act": "take"})
    assert balance(account) == Money(0)
    member = make_member(role=Role.BILLING)
    jobs.take(public_id, member.person_id, "Ольга")
    jobs.take(public_id, member.person_id, "Ольга")
    assert balance(account) == Money(-300_00)
    assert not LoadedPart.objects.exists()


@pytest.mark.django_db
def test_a_register_of_some_megabytes_comes_by_the_disk(
    olga: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above 2.5 MB Django puts it on the disk, and all that is kept of it is what was sent, byte by byte."""
    given, load = list[object](), operations.load_file

    def seen(**how: Any) -> str:
        given.append(how["content"])
        return load(**how)

    monkeypatch.setattr(operations, "load_file", seen)
    raw = content(account.number, *["1,00"] * 27_000, total="27300,00", count=27_001)
    assert len(raw) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert send(olga, raw).status_code == 302
    assert not isinstance(given[0], BytesIO)
    assert b"".join(LoadedPart.objects.order_by("no").values_list("content", flat=True)) == raw


@pytest.mark.django_db
def test_a_register_that_the_version_before_has_kept_whole_is_taken(olga: Client, account: Account) -> None:
    place = send(olga, content(account.number))["Location"]
    LoadedPart.objects.all().delete()
    LoadedFile.objects.update(content=content(account.number))
    olga.post(place, {"act": "take"})
    assert (balance(account), bytes(LoadedFile.objects.get().content)) == (Money(-300_00), b"")


@pytest.mark.django_db
def test_a_source_is_added_and_changed_by_page(olga: Client, account: Account) -> None:
    page = f"{PAGE}sources/"
    assert "Источников пока нет" in olga.get(page).content.decode()
    fields = {
        "code": "post", "name": "Почта", "encoding": "cp866", "delimiter": "|", "dates": "ymd",
        "columns": "date,suip,account,sum", "sign": "written", "control": "none", "identity": "number",
    }  # fmt: skip
    assert "Столбцы: каждый" in olga.post(page, fields | {"columns": "date,sum"}).content.decode()
    assert olga.post(page, fields).status_code == 302
    day = timezone.localdate().strftime("%Y%m%d")
    place = send(olga, f"{day}|7|{account.number}|12,5\n".encode("cp866"), source="post")["Location"]
    olga.post(place, {"act": "take"})
    assert balance(account) == Money(-12_50)
    assert olga.post(f"{page}?code=post", fields | {"heading": "on"}).status_code == 302
    assert Source.objects.get().heading
    assert 'value="date,suip,account,sum"' in olga.get(f"{page}?code=post").content.decode()


@pytest.mark.django_db
def test_the_desk_says_who_makes_the_receipts_of_a_source_and_until_when_nobody_had_said(
    olga: Client, account: Account
) -> None:
    page = f"{PAGE}sources/"
    fields = {
        "code": "post", "name": "Почта", "encoding": "cp866", "delimiter": "|", "dates": "ymd",
        "columns": "date,suip,account,sum", "sign": "written", "control": "none", "identity": "number",
    }  # fmt: skip
    assert olga.post(page, fields).status_code == 302
    assert "Кто делает чек, не сказано." in olga.get(page).content.decode()
    assert olga.post(f"{page}?code=post", fields | {"receipts": "agent"}).status_code == 302
    assert olga.post(f"{page}?code=post", fields | {"receipts": "agent"}).status_code == 302
    assert "Чек делает тот, кто принял деньги" in olga.get(page).content.decode()
    today = timezone.localdate()
    assert source_receipts("post", on=today) is RegisterReceipts.AGENT
    assert source_receipts("post", on=today - timedelta(days=1)) is RegisterReceipts.UNSAID
    assert source_receipts("transfer", on=today) is RegisterReceipts.UNSAID
    assert Entry.objects.filter(action="payments.source.receipts").count() == 1
    # Not chosen, it stays; a word that cannot be is an error beside the field.
    assert olga.post(f"{page}?code=post", fields).status_code == 302
    assert source_receipts("post", on=today) is RegisterReceipts.AGENT
    assert olga.post(f"{page}?code=post", fields | {"receipts": "bank"}).status_code == 422
    day = timezone.localdate().strftime("%Y%m%d")
    place = send(olga, f"{day}|7|00|12,5\n".encode("cp866"), source="post")["Location"]
    olga.post(place, {"act": "take"})
    row = ImportedPayment.objects.get()
    shown = olga.get(f"/staff/money/rows/{row.public_id}/").content.decode()
    assert "Чек делает тот, кто принял деньги" in shown


@pytest.mark.django_db(transaction=True)
def test_two_members_at_once_take_it_once() -> None:
    account, now = make_account(), timezone.now()
    olga = Actor.staff(make_member().person_id, name="Ольга")
    public_id = operations.load_file(
        name="r.txt", content=BytesIO(content(account.number)), source="", by=olga, now=now
    )
    barrier, refused, failed = threading.Barrier(4), list[FileRefused](), list[Exception]()

    def act(take: bool) -> None:
        barrier.wait()
        try:
            if take:
                operations.decide_file(public_id=public_id, by=olga, now=now)
            else:
                operations.throw_file(public_id=public_id, by=olga, now=now)
        except FileRefused as error:
            refused.append(error)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), failed) == (3, [])
    taken = LoadedFile.objects.get().state == "taken"
    assert balance(account) == Money(-300_00 if taken else 0)
