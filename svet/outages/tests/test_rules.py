"""Houses and streets however they are written, hours, and who hears what: no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from svet.accounts.rules.places import house_key, place_key
from svet.outages.rules import (
    OutageKind,
    OutageState,
    OutageWords,
    PlaceLine,
    checked,
    mark_of,
    over_at,
    state_of,
)
from svet.outages.rules.houses import read_houses
from svet.outages.rules.refusals import OutageReason, OutageRefused
from svet.outages.rules.telling import OutageNews, ToldOfOutage, is_time_to_tell, news_for

NOW = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ул. Лесная", "улица Лесная"),
        ("Лесная", "ул.Лесная"),
        ("ул. Берёзовая", "Березовая ул."),
        ("пр-кт Победы", "Победы проспект"),
        ("б-р 10-летия Октября", "бульвар Октября 10-летия"),
        ("мкр. Северный", "микрорайон Северный"),
    ],
)
def test_one_street_is_one_however_it_is_written(one: str, other: str) -> None:
    assert place_key("г. Озёрск", one) == place_key("Озерск", other)


@pytest.mark.parametrize(
    ("one", "other"), [("ул. Победы", "пр. Победы"), ("Лесная", "пер. Лесной"), ("ул. Мира", "")]
)
def test_streets_of_another_kind_or_name_are_others(one: str, other: str) -> None:
    assert place_key("Озёрск", one) != place_key("Озёрск", other)


@pytest.mark.parametrize(
    ("announced", "registry", "same"),
    [
        ("с. Берёзовка", "д. Берёзовка", False),
        ("с. Берёзовка", "село Березовка", True),
        ("Берёзовка", "д. Берёзовка", True),
        ("рп. Мишкино", "Мишкино", True),
        ("р.п. Мишкино", "рп Мишкино", True),
        ("п.г.т. Мишкино", "р. п. Мишкино", True),
        ("ст. Шумиха", "Шумиха", True),
        ("ст. Шумиха", "г. Шумиха", False),
        ("ст-ца Луговая", "станица Луговая", True),
        ("х. Дальний", "Дальний", True),
    ],
)
def test_two_kinds_of_settlements_are_two_and_one_said_nothing_of_is_either(
    announced: str, registry: str, same: bool
) -> None:
    for place in (PlaceLine(announced), PlaceLine(announced, "Мира", "1-9")):
        assert place.meets(city=registry, street="ул. Мира", house="4") is same


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("10", "10"),
        ("д. 10", "10"),
        ("10 Б", "10б"),
        ("10-Б", "10б"),
        ("10«Б»", "10б"),
        ("10 корп. 2", "10к2"),
        ("10, корп.2", "10к2"),
        ("10к2", "10к2"),
        ("10 к. 2", "10к2"),
        ("10 стр. 1", "10с1"),
        ("10 корпус 2 А", "10к2а"),
        ("10/2", "10/2"),
        ("10 К", "10к"),
        ("22A", "22а"),
        ("10 С", "10с"),
        # Two numbers, whatever the second is: never house 102.
        ("10  2", "10 2"),
    ],
)
def test_one_house_is_one_however_it_is_written(written: str, key: str) -> None:
    assert house_key(written) == key


@pytest.mark.parametrize(
    ("text", "among", "not_among"),
    [
        ("", ["1", "22А"], []),
        ("все", ["1"], []),
        ("1–15", ["1", "7 корп. 2", "15А"], ["16", "дом"]),
        ("1-15 нечётные, 20", ["1", "15", "20"], ["2", "14", "20А", "17"]),
        ("с 2 по 8 (чет.)", ["2", "8"], ["3", "10"]),
        ("чётные", ["2", "200"], ["1"]),
        ("10, корп. 2; 22А", ["10к2", "22 а"], ["10", "22"]),
        ("12/1", ["12/1"], ["12"]),
        ("1-15 odd", ["3"], ["4"]),
    ],
)
def test_a_list_of_houses_holds_these_and_no_others(
    text: str, among: list[str], not_among: list[str]
) -> None:
    houses = read_houses(text)
    assert [each for each in among if not houses.holds(each)] == []
    assert [each for each in not_among if houses.holds(each)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("15-1", OutageReason.BACKWARDS),
        ("дом у реки", OutageReason.HOUSE),
        ("1 3 5", OutageReason.HOUSE),
        ("7, 1 3", OutageReason.HOUSE),
        ("1А-5", OutageReason.HOUSE),
        ("1 а – 5", OutageReason.HOUSE),
        ("5А-5В", OutageReason.HOUSE),
        ("1-5В", OutageReason.HOUSE),
        ("1-15 красные", OutageReason.HOUSE),
        ("1" * 1_001, OutageReason.HOUSES_LONG),
    ],
)
def test_a_list_that_names_no_houses_is_refused(text: str, reason: OutageReason) -> None:
    with pytest.raises(OutageRefused) as refused:
        read_houses(text)
    assert refused.value.reason is reason


def _words(begins: timedelta, ends: timedelta | None, kind: OutageKind = OutageKind.PLANNED) -> OutageWords:
    return OutageWords(
        kind,
        NOW + begins,
        None if ends is None else NOW + ends,
        "замена  опор",
        (PlaceLine("Озёрск", "ул. Лесная", "1-15"), PlaceLine(" Озёрск ", "ул.  Лесная", "1-15")),
    )


def test_what_is_said_twice_stands_once_with_single_spaces() -> None:
    tidy = checked(_words(HOUR, 2 * HOUR), now=NOW)
    assert (tidy.why, tidy.places) == ("замена опор", (PlaceLine("Озёрск", "ул. Лесная", "1-15"),))


@pytest.mark.parametrize(
    ("begins", "ends", "kind", "reason"),
    [
        (HOUR, None, OutageKind.PLANNED, OutageReason.ENDS),
        (2 * HOUR, HOUR, OutageKind.PLANNED, OutageReason.ENDS_FIRST),
        (-3 * HOUR, -HOUR, OutageKind.EMERGENCY, OutageReason.OVER),
        (HOUR, 32 * 24 * HOUR, OutageKind.PLANNED, OutageReason.TOO_LONG),
        (367 * 24 * HOUR, 367 * 24 * HOUR + HOUR, OutageKind.PLANNED, OutageReason.FAR),
    ],
)
def test_hours_that_no_outage_has_are_refused(
    begins: timedelta, ends: timedelta | None, kind: OutageKind, reason: OutageReason
) -> None:
    with pytest.raises(OutageRefused) as refused:
        checked(_words(begins, ends, kind), now=NOW)
    assert refused.value.reason is reason


@pytest.mark.parametrize("ends", [None, datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_the_last_day_of_the_calendar_is_too_far(ends: datetime | None) -> None:
    far = OutageWords(
        OutageKind.EMERGENCY, datetime(9999, 12, 31, tzinfo=UTC), ends, "авария", (PlaceLine("Озёрск"),)
    )
    with pytest.raises(OutageRefused) as refused:
        checked(far, now=NOW)
    assert refused.value.reason is OutageReason.FAR


def test_where_it_stands_is_counted_by_the_clock() -> None:
    begins, ends = NOW, NOW + 4 * HOUR

    def at(moment: datetime, cancelled: datetime | None = None) -> OutageState:
        return state_of(begins_at=begins, over_at=over_at(begins, ends), cancelled_at=cancelled, now=moment)

    assert at(begins - HOUR) is OutageState.PLANNED
    assert at(begins) is OutageState.BEGUN
    assert at(ends) is OutageState.OVER
    assert at(ends, begins) is OutageState.CANCELLED
    # Nobody knew when it ends, and nobody said that it did: it is not shown for ever.
    assert over_at(begins, None) == begins + timedelta(days=3)


def test_the_order_of_rows_and_spaces_make_no_other_outage() -> None:
    lines = [PlaceLine("г. Озёрск", "ул. Лесная", "1-15"), PlaceLine("Озёрск", "Мира", "")]
    same = [PlaceLine("Озерск", "улица Мира"), PlaceLine("город Озёрск", "Лесная", " 1-15 ")]
    assert mark_of(NOW, None, lines) == mark_of(NOW, None, same)
    assert mark_of(NOW, None, lines) != mark_of(NOW, NOW + HOUR, lines)
    # A village corrected to another of the same name is a change.
    assert mark_of(NOW, None, [PlaceLine("с. Берёзовка")]) != mark_of(NOW, None, [PlaceLine("д. Берёзовка")])


def _news(
    told: ToldOfOutage | None, *, met: bool = True, begins: timedelta = HOUR, done: str = ""
) -> OutageNews | None:
    at = NOW + begins
    return news_for(
        told,
        met=met,
        cancelled=done == "cancelled",
        readdressed=done == "readdressed",
        begins_at=at,
        ends_at=at + HOUR,
        over_at=at + HOUR,
        now=NOW,
    )


def test_who_hears_what() -> None:
    told = ToldOfOutage(NOW + HOUR, NOW + 2 * HOUR, off=False)
    off = ToldOfOutage(NOW + HOUR, NOW + 2 * HOUR, off=True)
    assert _news(None) is OutageNews.COMING
    assert _news(None, begins=timedelta(days=4)) is None
    assert _news(None, met=False) is None
    assert _news(None, begins=timedelta(hours=-2)) is None
    assert _news(told) is None
    assert _news(told, begins=2 * HOUR) is OutageNews.MOVED
    # However far it was moved: they count on the hours they were told.
    assert _news(told, begins=timedelta(days=20)) is OutageNews.MOVED
    assert _news(told, met=False, done="cancelled") is OutageNews.OFF
    assert _news(told, met=False, done="readdressed") is OutageNews.LEFT
    # It stands as it was told, and they see the account no more.
    assert _news(told, met=False) is None
    assert _news(off, met=False, done="cancelled") is None
    # Called off and announced anew.
    assert _news(off) is OutageNews.COMING
    # It is over as it was told: nothing to say.
    past = ToldOfOutage(NOW - 2 * HOUR, NOW - HOUR, off=False)
    assert _news(past, met=False, done="cancelled") is None


def test_nobody_is_woken_by_a_planned_work() -> None:
    night = datetime(2026, 11, 28, 3, 0)
    assert not is_time_to_tell(OutageKind.PLANNED, night)
    assert is_time_to_tell(OutageKind.PLANNED, night.replace(hour=9))
    assert not is_time_to_tell(OutageKind.PLANNED, night.replace(hour=21))
    assert is_time_to_tell(OutageKind.EMERGENCY, night)
