from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.gateways.sms.parts import split
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
