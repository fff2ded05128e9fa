from __future__ import annotations

import pytest
from aiosmpplib import OptionalParam, PhoneNumber
from hypothesis import given
from hypothesis import strategies as st

from svet.gateways.sms import receipts
from svet.gateways.sms.parts import split
from svet.gateways.sms.port import DeliveryReceipt
from svet.gateways.sms.receipts import ReportedUnit
from svet.sandbox.world.pdus import _part_of_header, decode

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=900)


@given(text=TEXTS, reference=st.integers(0, 255))
def test_the_parts_of_any_text_make_the_text_again(text: str, reference: int) -> None:
    parts = split(text, reference=reference)
    coding = 8 if parts[0].unicode else 0
    assert "".join(decode(part.encoded, coding) for part in parts) == text
    for number, part in enumerate(parts, 1):
        assert len(part.header) + len(part.encoded) <= (140 if part.unicode else 160)
        if len(parts) > 1:
            told = _part_of_header(part.header[1:])
            assert told is not None
            assert (told.reference, told.number, told.total) == (reference, number, len(parts))


@pytest.mark.parametrize(("length", "count"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_cyrillic_is_cut_by_seventy_and_sixty_seven(length: int, count: int) -> None:
    assert len(split("я" * length, reference=1)) == count


@pytest.mark.parametrize(("length", "count"), [(160, 1), (161, 2), (306, 2), (307, 3)])
def test_plain_latin_is_cut_by_a_hundred_and_sixty_and_fifty_three(length: int, count: int) -> None:
    assert len(split("a" * length, reference=1)) == count


def test_a_sign_of_two_units_is_never_cut_in_half() -> None:
    parts = split("я" * 66 + "💡" + "я" * 10, reference=1)
    assert [part.text for part in parts] == ["я" * 66, "💡" + "я" * 10]


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        split("", reference=1)


def report(text: str, **tags: object) -> ReportedUnit:
    numbers = {"id": 0x001E, "state": 0x0427}
    return ReportedUnit(
        short_message=text,
        source=PhoneNumber("79117178512"),
        destination=PhoneNumber("SVET"),
        esm_class=4,
        optional_params=[OptionalParam(numbers[name], value) for name, value in tags.items()],
    )


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (report("id:7B sub:001 dlvrd:001 stat:DELIVRD err:000 text:"), DeliveryReceipt("7B", delivered=True)),
        # Seconds in the dates, letters in the error: the library alone would break the link over each.
        (
            report("id:9 submit date:261122120059 done date:261122120101 stat:UNDELIV err:0B1 Text:x"),
            DeliveryReceipt("9", delivered=False, reason="SMS centre: UNDELIV 0B1"),
        ),
        (report("anything", id="A1", state=2), DeliveryReceipt("A1", delivered=True)),
        (
            report("id:77 stat:EXPIRED err:", id="4D"),
            DeliveryReceipt("4D", delivered=False, reason="SMS centre: EXPIRED"),
        ),
        (report("id:7B stat:ACCEPTD err:000"), None),
        (report("nonsense"), None),
    ],
)
def test_receipts_are_read_however_centres_write_them(
    unit: ReportedUnit, expected: DeliveryReceipt | None
) -> None:
    assert receipts.read(unit) == expected
