"""After a reading: many at once, its course, correction, photos, objections; and every hostile value."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.tests.factories import make_account
from svet.api.tests.test_v1 import V1, Cast, Program, cast, code_of, readings_url  # noqa: F401
from svet.files.tests.pictures import SVG, photo, png_bomb
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.metering import operations
from svet.metering import tests as metering_tests
from svet.metering.models import Dispute, Meter, ReadingSet
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading

pytestmark = pytest.mark.django_db
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(metering_tests.__file__).parent / "data" / "bad_readings.json").read_text()
)
#: What the vectors' outcomes are called by the API.
CODES = {
    "ERR required": "required",
    "ERR fraction": "fraction",
    "ERR chars": "chars",
    "ERR capacity": "capacity",
    "ERR lower": "lower",
}


def send_photo(program: Program, raw: bytes, *, key: str = "photo") -> Any:
    headers = {"Authorization": f"Bearer {program.secret}", "Idempotency-Key": key}
    return program.client.post(f"{V1}/photos", raw, content_type="image/jpeg", headers=headers)


@pytest.mark.parametrize(
    "row",
    [row for row in VECTORS if isinstance(row.get("raw"), str)],
    ids=lambda row: str(row["n"]),
)
def test_every_vector_has_its_outcome_over_the_api(cast: Cast, row: dict[str, Any]) -> None:  # noqa: F811
    answer = cast.anna.post(readings_url(cast), {"values": {"single": row["raw"]}})
    expected = row["expected"]
    start = next((code for start, code in CODES.items() if expected.startswith(start)), None)
    if start is not None:
        assert answer.status_code == 422
        assert answer.json()["code"] == start
        assert answer.json()["title"]
    elif "consumption 0" in expected:
        assert answer.json()["needs_confirmation"] is True
    else:
        assert answer.status_code == 201
    assert ReadingSet.objects.filter(kind="customer").count() == int(answer.status_code == 201)


def test_three_zones_for_a_single_meter_and_anothers_meter(cast: Cast) -> None:  # noqa: F811
    body = {"values": {"peak": "1", "semipeak": "2", "night": "3"}}
    assert cast.anna.post(readings_url(cast), body).status_code == 422
    stranger = cast.vera.post(readings_url(cast), {"values": {"single": "3600"}})
    assert code_of(stranger) == (404, "not_found")
    assert Entry.objects.filter(security=True).exists()


def test_exchanged_zones_come_back_in_the_other_order(cast: Cast) -> None:  # noqa: F811
    meter = make_meter(account=cast.account, scheme=2, initial=100)
    last = {Zone.DAY: Decimal(9000), Zone.NIGHT: Decimal(4000)}
    make_reading(meter, last, read_on=timezone.localdate() - timedelta(40))
    given = {"day": "4030", "night": "9060"}
    problem = cast.anna.post(f"/meters/{meter.public_id}/readings", {"values": given}).json()
    assert problem["code"] == "lower"
    assert problem["suggestion"] == {"day": "9060", "night": "4030"}
    assert "swapped_zones" in problem["doubts"]
    assert "перепутаны местами" in problem["title"]
    sets = {"sets": [{"meter_id": meter.public_id, "values": given}]}
    (each,) = cast.anna.post("/readings", sets, key="many").json()["results"]
    assert each["problem"]["suggestion"] == {"day": "9060", "night": "4030"}
    right = cast.anna.post(
        f"/meters/{meter.public_id}/readings", {"values": problem["suggestion"]}, key="right"
    )
    assert right.status_code == 201


@pytest.mark.parametrize(
    "until", ["0", "1700000000", "20261122", "22.11.2026", "2026-11-22T00:00:00", "today"]
)
@pytest.mark.parametrize("path", ["/history", "/readings", "/bills"])
def test_a_day_is_written_as_a_day(cast: Cast, path: str, until: str) -> None:  # noqa: F811
    answer = cast.anna.get(f"{path}?until={until}")
    assert (answer.status_code, answer.json()["field"]) == (422, "until")


@pytest.mark.parametrize("day", ["2000-01-01", "2000-01-31", "2000-12-31"])
def test_nothing_happened_before_there_was_anything(cast: Cast, day: str) -> None:  # noqa: F811
    for query in (f"since={day}&until={day}", f"since=2000-01-01&until={day}"):
        answer = cast.anna.get(f"/history?{query}")
        assert (answer.status_code, answer.json()) == (200, {"events": [], "next": None})


def test_many_sets_go_at_once_and_each_has_its_own_answer(cast: Cast) -> None:  # noqa: F811
    other = make_meter(account=cast.account, initial=100)
    foreign = make_meter(account=make_account(), initial=5)
    sets = [
        {"meter_id": cast.meter.public_id, "values": {"single": "3600"}},
        {"meter_id": other.public_id, "values": {"single": "1,5"}},
        {"meter_id": foreign.public_id, "values": {"single": "9"}},
        {"meter_id": other.public_id, "values": {"single": "100"}},
    ]
    answer = cast.anna.post("/readings", {"sets": sets}, key="all")
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [each["status"] for each in results] == [201, 422, 404, 422]
    assert results[1]["problem"]["code"] == "fraction"
    assert results[3]["problem"]["needs_confirmation"] is True
    assert results[0]["receipt"]["receipt_number"]
    assert cast.anna.post("/readings", {"sets": sets}, key="all").json() == answer.json()
    assert ReadingSet.objects.filter(kind="customer").count() == 1
    too_many = cast.anna.post("/readings", {"sets": sets * 13}, key="many")
    assert too_many.status_code == 422


def test_what_went_down_is_sent_on_with_a_photo_and_its_course_is_seen(cast: Cast) -> None:  # noqa: F811
    refused = cast.anna.post(readings_url(cast), {"values": {"single": "12"}})
    assert code_of(refused) == (422, "lower")
    assert refused.json()["may_insist"] is True
    kept = send_photo(cast.anna, photo())
    assert kept.status_code == 201, kept.content
    assert send_photo(cast.anna, photo(), key="again").json() == kept.json()
    body = {
        "values": {"single": "12"},
        "insist": True,
        "words": "Новый прибор",
        "photo_id": kept.json()["id"],
    }
    sent = cast.anna.post(readings_url(cast), body, key="k2")
    assert (sent.status_code, sent.json()["state"]) == (201, "under_review")
    place = f"/readings/{sent.json()['id']}"
    found = cast.anna.get(place).json()
    assert found["photos"] == [kept.json()["id"]]
    assert [(step["state"], step["by"], step["reason"], step["words"]) for step in found["track"]] == [
        ("under_review", "you", "lower", "Новый прибор")
    ]
    assert cast.boris.get(place).json()["track"][0]["by"] == "person"
    assert code_of(cast.vera.get(place)) == (404, "not_found")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "photo_empty"),
        (SVG, "photo_not_a_picture"),
        (photo()[:300], "photo_broken"),
        (png_bomb(60_000, 60_000), "photo_too_many_pixels"),
        (photo() + b"\0" * (10 * 1024 * 1024), "photo_too_large"),
    ],
)
def test_hostile_photo_is_refused_with_its_code(cast: Cast, raw: bytes, code: str) -> None:  # noqa: F811
    assert code_of(send_photo(cast.anna, raw)) == (422, code)


def test_own_set_is_corrected_and_withdrawn(cast: Cast) -> None:  # noqa: F811
    first = cast.anna.post(readings_url(cast), {"values": {"single": "3640"}}).json()
    place = f"/readings/{first['id']}"
    for program, status in ((cast.vera, 404), (cast.boris, 404)):
        assert program.post(f"{place}/correct", {"values": {"single": "3610"}}).status_code == status
        assert program.post(f"{place}/withdraw", {}, key="w").status_code == status
    second = cast.anna.post(f"{place}/correct", {"values": {"single": "3610"}}, key="c")
    assert second.status_code == 201, second.content
    old = cast.anna.get(place).json()
    assert (old["state"], old["track"][-1]["reason"]) == ("corrected", second.json()["receipt_number"])
    back = cast.anna.post(f"/readings/{second.json()['id']}/withdraw", {"reason": "рано"}, key="w2")
    assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
    assert cast.anna.post(f"/readings/{second.json()['id']}/withdraw", {}, key="w3").status_code == 422


def controlled(meter: Meter) -> ReadingSet:
    number = operations.take_control_reading(
        by=Actor.system("office"),
        meter_id=meter.pk,
        values={Zone.SINGLE: Decimal(3600)},
        read_on=timezone.localdate(),
        now=timezone.now(),
    )
    return ReadingSet.objects.get(receipt_number=number)


def test_control_reading_is_objected_to(cast: Cast) -> None:  # noqa: F811
    place = f"/readings/{controlled(cast.meter).public_id}"
    assert code_of(cast.boris.post(f"{place}/dispute", {"words": "нет"})) == (404, "not_found")
    assert code_of(cast.anna.post(f"{place}/dispute", {"words": " "})) == (422, "dispute_words_required")
    answer = cast.anna.post(f"{place}/dispute", {"words": "Не мой прибор"}, key="d")
    assert answer.status_code == 201, answer.content
    assert cast.anna.post(f"{place}/dispute", {"words": "Не мой прибор"}, key="d").json() == answer.json()
    found = cast.anna.get(place).json()["dispute"]
    assert (found["state"], found["words"]) == ("open", "Не мой прибор")
    operations.decline_dispute(
        by=Actor.system("office"),
        dispute_public_id=Dispute.objects.get().public_id,
        words="Фото верно",
        now=timezone.now(),
    )
    assert cast.anna.get(place).json()["dispute"]["answers"] == ["Фото верно"]
