"""Every value of the list of hostile readings by the form: the outcome in words, and nothing half done."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.cabinet.readings.tests.test_readings_guard import cast, send, sent, signed
from svet.journal.models import Entry
from svet.metering import tests as metering_tests
from svet.metering.tests.factories import make_meter
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(metering_tests.__file__).parent / "data" / "bad_readings.json").read_text()
)
SAID = {
    "ERR required": "Введите показание",
    "ERR fraction": "без запятой",
    "ERR chars": "только цифры",
    "ERR capacity": "нет ли лишней",
    "ERR lower": "меньше предыдущего",
}


@pytest.mark.parametrize(
    "row", [row for row in VECTORS if isinstance(row.get("raw"), str)], ids=lambda row: str(row["n"])
)
def test_every_vector_has_its_outcome_by_the_form(row: dict[str, Any]) -> None:
    anna, _vera, meter = cast()
    answer = send(signed(anna), meter, row["raw"])
    expected = row["expected"]
    text = next((said for start, said in SAID.items() if expected.startswith(start)), None)
    if text is not None:
        assert answer.status_code == 422
        assert text in answer.content.decode()
    elif "consumption 0" in expected:
        assert answer.status_code == 422
        assert "расход 0" in answer.content.decode()
    else:
        assert answer.status_code == 302
    assert sent() == int(answer.status_code == 302)


def test_roll_over_is_shown_with_its_consumption_and_taken_when_confirmed() -> None:
    anna, account = make_person(), make_account()
    make_link(person=anna, account=account)
    meter = make_meter(
        account=account, initial=99_990, installed_on=timezone.localdate() - timedelta(days=60)
    )
    client = signed(anna)
    page = send(client, meter, "00010")
    assert page.status_code == 422
    assert "прошёл через нули" in page.content.decode()
    assert "20\u00a0кВт·ч" in page.content.decode() or "20 кВт·ч" in page.content.decode()
    assert send(client, meter, "00010", confirm="single=10").status_code == 302


def test_strangers_meter_is_404_and_remembered() -> None:
    _anna, vera, meter = cast()
    assert send(signed(vera), meter, "3600").status_code == 404
    assert Entry.objects.filter(security=True, action="not_visible").count() == 1
    assert sent() == 0
