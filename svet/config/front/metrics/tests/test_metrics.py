"""What Prometheus reads is well-formed, true, of no person, and not for everybody."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from svet.config.front.metrics import standing
from svet.config.front.metrics.durations import face_of, note_request
from svet.config.front.metrics.telling import may_read, metrics_text
from svet.notices.models import Delivery
from svet.notices.tests.test_delivering import promise_code, promise_letter
from svet.payments.operations.silence import note_bank
from svet.payments.tests.factories import make_family, make_order
from svet.site import operations as site
from svet.site.rules import Care
from tests import promtool

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[5]
NOW = datetime(2026, 11, 22, 9, 10, tzinfo=UTC)


def told(now: datetime = NOW) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels."""
    families = text_string_to_metric_families(metrics_text(now=now).decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_standing_is_told_by_queue_channel_shop_and_care(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = promise_letter("anna@example.ru")
    Delivery.objects.filter(pk=letter.pk).update(due_at=NOW - timedelta(minutes=7))
    site.note_care(care=Care.BACKUP, well=True, words="", now=NOW - timedelta(hours=5))
    site.note_care(care=Care.VERIFY, well=False, words="I-1", now=NOW)
    site.note_care(care=Care.DRILL, well=True, words="4.0 min", now=NOW - timedelta(days=9))
    site.note_care(care=Care.DRILL, well=False, words="2.0 min", now=NOW - timedelta(days=2))
    found = told()
    assert found["svet_database_up", ()] == 1
    assert found["svet_messages_waiting", (("channel", "email"),)] == 1
    assert found["svet_messages_late_seconds", (("channel", "email"),)] == 420
    assert found["svet_messages_waiting", (("channel", "sms"),)] == 0
    assert found["svet_jobs", (("queue", "notices"), ("state", "todo"))] == 1
    assert found["svet_care_age_seconds", (("care", "backup"),)] == 5 * 3600
    assert found["svet_care_well", (("care", "verify"),)] == 0
    assert ("svet_care_well_age_seconds", (("care", "verify"),)) not in found
    # A drill that fails every week is not a young one.
    assert found["svet_care_age_seconds", (("care", "drill"),)] == 2 * 86400
    assert found["svet_care_well_age_seconds", (("care", "drill"),)] == 9 * 86400
    assert found["svet_database_held", ()] == 0
    assert found["svet_bank_silence_seconds", (("shop", "main"),)] == 0


def test_a_silent_bank_is_told_and_an_order_without_an_answer_is_another_thing() -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 300_00)], now=NOW - timedelta(minutes=4))
    type(order).objects.filter(pk=order.pk).update(state="sent")
    main = (("shop", "main"),)
    found = told()
    assert (found["svet_bank_unanswered", main], found["svet_bank_unanswered_seconds", main]) == (1, 240)
    assert found["svet_bank_silence_seconds", main] == 0
    note_bank(None, answered=False, now=NOW - timedelta(minutes=3))
    note_bank(None, answered=False, now=NOW)
    assert told()["svet_bank_silence_seconds", main] == 180
    note_bank(None, answered=True, now=NOW)
    assert told()["svet_bank_silence_seconds", main] == 0


def test_nothing_of_a_person_is_in_it() -> None:
    promise_code("+79117178512")
    promise_letter("anna@example.ru")
    note_request(path="/staff/accounts/+79117178512/", status=200, seconds=0.01)
    note_request(path='/"} 1\nforged 2', status=404, seconds=0.01)
    text = metrics_text(now=NOW).decode()
    assert "79117178512" not in text
    assert "anna@" not in text
    assert "forged" not in text


@pytest.mark.parametrize(
    ("path", "face"),
    [("/", "cabinet"), ("/staff/", "staff"), ("/api/v1/me", "api"), ("/callbacks/x", "bank"),
     ("*", "cabinet"), ("/static/a.css", "static"), ("/ready/", "probe"), ("/readings/", "cabinet")],
)  # fmt: skip
def test_an_address_has_one_of_few_faces(path: str, face: str) -> None:
    assert face_of(path) == face


def test_a_database_that_is_down_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(standing, "job_queue", down)
    found = told()
    assert found["svet_database_up", ()] == 0
    assert found["svet_disk_free_bytes", ()] > 0
    assert ("svet_queue_age_seconds", ()) not in found


def test_who_may_read(settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", []
    assert not may_read(client="127.0.0.1:5", headers={})
    settings.METRICS_NETWORKS = ["10.0.0.0/8", "::1/128"]
    assert may_read(client="10.1.2.3:5", headers={})
    assert may_read(client="[::1]:5", headers={})
    assert not may_read(client="11.1.2.3:5", headers={})
    assert not may_read(client="10.1.2.3:5", headers={"x-forwarded-for": "10.1.2.3"})
    assert not may_read(client="unix", headers={})
    settings.METRICS_TOKEN = "s3cret"
    assert may_read(client="11.1.2.3:5", headers={"authorization": "Bearer s3cret"})
    assert not may_read(client="10.1.2.3:5", headers={"authorization": "Bearer другой"})
    assert not may_read(client="11.1.2.3:5", headers={"authorization": "Bearer "})


def test_alerts_speak_of_what_is_told() -> None:
    rules = (ROOT / "docs" / "alerts.yml").read_text("utf-8")
    site.note_care(care=Care.BACKUP, well=True, words="", now=NOW)
    names = {family.name for family in standing.StandingCollector(now=NOW).collect()}
    names |= {"svet_worker_silence_seconds", "svet_request_seconds_count", "svet_request_seconds_bucket"}
    assert set(re.findall(r"\bsvet_\w+", rules)) <= names
    assert rules.count("- alert:") == len(set(re.findall(r"- alert: (\w+)", rules))) >= 15


def test_promtool_takes_the_text() -> None:
    site.note_care(care=Care.BACKUP, well=True, words="", now=NOW)
    note_request(path="/", status=200, seconds=0.01)
    text = metrics_text(now=NOW)
    assert promtool.judged("check", "metrics", given=text) == (0, "")


def test_processes_of_one_server_add_up_also_when_one_has_died(tmp_path: Path) -> None:
    count = (
        "from svet.config.front.metrics.durations import note_request\n"
        "note_request(path='/staff/', status=503, seconds=0.2)\n"
    )
    add = (
        "from prometheus_client import CollectorRegistry, generate_latest\n"
        "from prometheus_client.multiprocess import MultiProcessCollector\n"
        "r = CollectorRegistry(); MultiProcessCollector(r); print(generate_latest(r).decode())\n"
    )
    surroundings = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=surroundings, check=True)
    said = subprocess.run(
        [sys.executable, "-c", add], env=surroundings, check=True, capture_output=True, text=True
    )
    assert 'svet_request_seconds_count{face="staff",status="503"} 2.0' in said.stdout
