"""«Состояние»: says who stands still, is for the administrator alone, and tries a failed job again once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from svet.journal.models import Entry
from svet.look.formats import moment
from svet.notices.models import Delivery
from svet.notices.tests.test_delivering import promise_letter
from svet.payments.models import ReserveShop, Shop
from svet.payments.operations.silence import note_bank
from svet.payments.tests.factories import make_family, make_order
from svet.site import operations as site
from svet.site.queries.queue import failed_jobs
from svet.site.rules import Care
from svet.staff.state.page import DESK, rows
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[4]


def fail(task: str = "bills.deliver") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, attempts)"
            " VALUES ('bills', %s, 'failed', '{\"bill_ids\": [4711]}', 8) RETURNING id",
            [task],
        )
        return int(cursor.fetchone()[0])


def kinds() -> dict[str, str]:
    return {row.what: row.kind for row in rows(now=timezone.now())}


def test_a_failed_job_is_tried_again_once_and_it_is_written_down() -> None:
    client = working(make_member(role=Role.SECURITY))
    job = fail()
    page = client.get(DESK.url)
    assert page.status_code == 200
    told = page.content.decode()
    assert "bills.deliver" in told
    assert "4711" not in told, "what a job is about is nobody's business here"
    assert client.post(DESK.url, {"job": str(job)}).status_code == 302
    assert failed_jobs(limit=5) == []
    entry = Entry.objects.get(action="jobs.retried")
    assert entry.subject_id == str(job)
    # A second press, a job of nobody and what is no number at all change nothing.
    for given in (str(job), "0", "٣", "x" * 40, "9" * 18, ""):
        client.post(DESK.url, {"job": given})
    assert Entry.objects.filter(action="jobs.retried").count() == 1
    assert "нет" in client.get(DESK.url).content.decode()


def test_the_desk_is_for_the_administrator_alone() -> None:
    for role in (Role.OPERATOR, Role.BILLING):
        client = working(make_member(role=role))
        assert client.get(DESK.url).status_code == 403
        assert client.post(DESK.url, {"job": str(fail())}).status_code == 403
    assert len(failed_jobs(limit=5)) == 2


def test_what_stands_still_is_told() -> None:
    now = timezone.now()
    found = kinds()
    assert found["Фоновые работы"] == "error"
    assert (found["Банк"], found["Почта"], found["Резервная копия"]) == ("success", "success", "warning")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    letter = promise_letter("anna@example.ru")
    Delivery.objects.filter(pk=letter.pk).update(due_at=now - timedelta(hours=1))
    site.note_care(care=Care.BACKUP, well=True, words="", now=now - timedelta(hours=3))
    site.note_care(care=Care.VERIFY, well=False, words="I-1", now=now)
    site.note_care(care=Care.DRILL, well=True, words="", now=now - timedelta(days=20))
    found = kinds()
    assert found["Фоновые работы"] == "success"
    assert (found["Почта"], found["СМС"]) == ("error", "success")
    assert found["Резервная копия"] == "success"
    assert (found["Проверка обещаний"], found["Учебное восстановление"]) == ("error", "warning")
    assert DESK.count is not None
    assert DESK.count(now) == 2
    site.note_care(care=Care.DRILL, well=False, words="3.1 min", now=now)
    assert DESK.count(now) == 3
    (drill,) = (row for row in rows(now=now) if row.what == "Учебное восстановление")
    # That it failed is said beside the day of the last that did not.
    assert drill.kind == "error"
    assert drill.more.startswith(moment(now))
    assert moment(now - timedelta(days=20)) in drill.more
    site.hold_here(copied_at=None, now=now)
    assert kinds()["База данных"] == "error"


def test_every_badge_has_its_colour() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    sheet = (ROOT / "svet" / "look" / "static" / "look" / "svet.css").read_text("utf-8")
    assert {kind for kind in kinds().values() if f".badge--{kind} " not in sheet} == set()


def test_one_order_without_an_answer_is_no_silence_of_the_bank() -> None:
    family = make_family()
    now = timezone.now()
    order = make_order(person=family.anna, lines=[(family.first, 300_00)], now=now - timedelta(minutes=4))
    type(order).objects.filter(pk=order.pk).update(state="sent")
    (bank,) = (row for row in rows(now=now) if row.what == "Банк")
    assert (bank.kind, bank.said) == ("warning", "Отвечает не на всё")
    assert "ждёт 4 мин" in bank.more
    note_bank(None, answered=False, now=now)
    (bank,) = (row for row in rows(now=now) if row.what == "Банк")
    assert (bank.kind, bank.said) == ("error", "Молчит")
    # Who takes its place is told as soon as somebody does.
    assert "вместо него" not in bank.more
    shop = Shop.objects.create(
        code="oka", name="Сбер", address="sber+https://s@bank.example/rest", secret="SVET_OKA", added_at=now
    )
    ReserveShop.objects.create(provider=family.first.provider, shop=shop, place=1)
    bank, other = (row for row in rows(now=now) if row.what.startswith("Банк"))
    assert "Новые платежи принимает вместо него: oka." in bank.more
    assert other.said == "Отвечает"
    note_bank(shop, answered=False, now=now)
    bank, other = (row for row in rows(now=now) if row.what.startswith("Банк"))
    assert "вместо него" not in bank.more + other.more, "both are silent"
