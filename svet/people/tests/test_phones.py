from __future__ import annotations

import json
from pathlib import Path

import pytest

from svet.people.rules import PhoneReason, PhoneRefused, mask_phone, normalise_phone

ROWS = json.loads((Path(__file__).parent / "data" / "phone.json").read_text("utf-8"))
JUDGED = [row for row in ROWS if row.get("raw") is not None]


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: str(row["n"]))
def test_every_hostile_phone_has_its_published_outcome(row: dict[str, str]) -> None:
    verdict, expected = row["expected"].split()[:2]
    if verdict == "OK":
        assert normalise_phone(row["raw"]) == "+79117178512"
    else:
        with pytest.raises(PhoneRefused) as refused:
            normalise_phone(row["raw"])
        assert refused.value.reason == expected.rstrip(";,")


@pytest.mark.parametrize(
    "spelling",
    [
        "89117178512",
        "+79117178512",
        "79117178512",
        "9117178512",
        "+7 (911) 717-85-12",
        "8 911 717 85 12",
        "8(911)7178512",
        "+7\u2011911\u2011717\u201185\u201112",
        "+7.911.717.85.12",
        " +7 911 717-85-12 ",
        "8-911-717-85-12",
        "+7/911/7178512",
    ],
)
def test_every_usual_spelling_is_one_phone(spelling: str) -> None:
    assert normalise_phone(spelling) == "+79117178512"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("9" * 10_000, PhoneReason.TOO_LONG),
        ("9" * 65, PhoneReason.TOO_LONG),
        (79117178512, PhoneReason.TYPE),
        (None, PhoneReason.TYPE),
        ("8 351 222-25-00", PhoneReason.NOT_MOBILE),
        ("+7 800 555 35 35", PhoneReason.NOT_MOBILE),
        ("+", PhoneReason.LENGTH),
        ("()", PhoneReason.LENGTH),
        ("+7", PhoneReason.LENGTH),
        ("+8 911 717 85 12", PhoneReason.COUNTRY),
        ("00380501234567", PhoneReason.LENGTH),
        ("9117178512+7", PhoneReason.CHARS),
        ("\uff0b79117178512", PhoneReason.CHARS),
        ("+7\uff19117178512", PhoneReason.CHARS),
        ("+7911717\u200b8512", PhoneReason.CHARS),
        ("+7911717\ufeff8512", PhoneReason.CHARS),
        ("+79117178512\n", PhoneReason.CHARS),
        ("8911717851O", PhoneReason.CHARS),
        ("+7911_717_85_12", PhoneReason.CHARS),
        ("9.117178512e9", PhoneReason.CHARS),
    ],
)
def test_what_is_no_russian_mobile_number_is_refused(raw: object, reason: PhoneReason) -> None:
    with pytest.raises(PhoneRefused) as refused:
        normalise_phone(raw)
    assert refused.value.reason is reason


def test_a_masked_phone_keeps_the_code_and_the_last_two_digits() -> None:
    assert mask_phone("+79117178512") == "+7\u00a0911\u00a0***-**-12"
