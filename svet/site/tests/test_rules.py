from datetime import datetime, time

import pytest

from svet.site.rules import BlockKind, HotlineHours, blocks

WEEKDAYS = HotlineHours(1, 5, time(8), time(19))


@pytest.mark.parametrize(
    ("moment", "answers"),
    [
        (datetime(2026, 11, 23, 8, 0), True),  # Monday, the first minute
        (datetime(2026, 11, 27, 18, 59), True),  # Friday, the last one
        (datetime(2026, 11, 27, 19, 0), False),
        (datetime(2026, 11, 23, 7, 59), False),
        (datetime(2026, 11, 22, 12, 0), False),  # Sunday
    ],
)
def test_the_hotline_answers_in_its_hours(moment: datetime, answers: bool) -> None:
    assert WEEKDAYS.is_open(moment) is answers


def test_a_text_becomes_headings_paragraphs_and_lists() -> None:
    found = blocks("## Что\nПервая строка\nи вторая.\n- раз\n- два\nПосле списка.\n\nОтдельно.")
    assert [(block.kind, block.lines) for block in found] == [
        (BlockKind.HEADING, ("Что",)),
        (BlockKind.PARAGRAPH, ("Первая строка и вторая.",)),
        (BlockKind.LIST, ("раз", "два")),
        (BlockKind.PARAGRAPH, ("После списка.",)),
        (BlockKind.PARAGRAPH, ("Отдельно.",)),
    ]


def test_an_empty_text_has_no_blocks() -> None:
    assert blocks("  \n\n \r\n") == []
