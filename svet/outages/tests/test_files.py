"""A file's rows become outages by number; its faults name their row and column."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from svet.outages.rules import OutageKind, PlaceLine
from svet.outages.rules.files import read_lines, read_moment
from svet.outages.rules.refusals import OutageReason, OutageRefused

ZONE = ZoneInfo("Asia/Yekaterinburg")
ROW = {
    "number": "12",
    "kind": "Плановое",
    "begins": "29.11.2026 10:00",
    "ends": "29.11.2026 14:00",
    "city": "Озёрск",
    "street": "ул. Лесная",
    "houses": "1-15",
    "why": "опоры",
}


def test_rows_of_one_number_are_one_outage_by_the_suppliers_clock() -> None:
    rows = [(2, ROW), (3, {**ROW, "street": "Мира", "houses": ""})]
    (found,), faults = read_lines(rows, zone=ZONE)
    assert faults == []
    assert (found.row, found.words.kind) == (2, OutageKind.PLANNED)
    assert found.words.begins_at.isoformat() == "2026-11-29T10:00:00+05:00"
    assert found.words.places == (PlaceLine("Озёрск", "ул. Лесная", "1-15"), PlaceLine("Озёрск", "Мира"))


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"number": ""}, "number", OutageReason.NUMBER),
        ({"kind": "срочное"}, "kind", OutageReason.KIND),
        ({"begins": "29 ноября"}, "begins", OutageReason.MOMENT),
        ({"ends": "31.11.2026 10:00"}, "ends", OutageReason.MOMENT),
        ({"city": " "}, "city", OutageReason.CITY),
        ({"street": ""}, "street", OutageReason.STREET_EMPTY),
        ({"street": "Весь"}, "street", OutageReason.STREET),
        # Cells that were joined in a spreadsheet: never the whole town by themselves.
        ({"street": " ", "houses": ""}, "street", OutageReason.STREET_EMPTY),
        # A word nobody knows never means that the work stands.
        ({"state": "снято"}, "state", OutageReason.STATE),
        ({"state": "перенесено"}, "state", OutageReason.STATE),
        ({"houses": "у реки"}, "houses", OutageReason.HOUSE),
        # A mark that nobody sees is no street, and digits of other scripts are no house of the registry.
        ({"street": "\u202e", "houses": ""}, "street", OutageReason.STREET_EMPTY),
        ({"houses": "٣, 5"}, "houses", OutageReason.HOUSE),
        ({"houses": "１０"}, "houses", OutageReason.HOUSE),
        ({"why": "другая"}, "number", OutageReason.ROWS_DIFFER),
    ],
)
def test_a_fault_names_its_column_and_spoils_its_number_alone(
    change: dict[str, str], column: str, reason: OutageReason
) -> None:
    rows = [(2, ROW), (3, {**ROW, **change}), (4, {**ROW, "number": "13"})]
    found, (fault,) = read_lines(rows, zone=ZONE)
    assert (fault.row, fault.column, fault.refusal.reason) == (3, column, reason)
    assert "13" in [each.words.number for each in found]
    assert change.get("number") == "" or "12" not in [each.words.number for each in found]


@pytest.mark.parametrize("state", ["Отменён", "отменены", "canceled", "отменено "])
def test_every_form_of_the_word_calls_it_off(state: str) -> None:
    (found,), faults = read_lines([(2, {**ROW, "state": state})], zone=ZONE)
    assert (found.cancelled, faults) == (True, [])


def test_the_whole_settlement_is_said_by_a_word() -> None:
    (found,), faults = read_lines([(2, {**ROW, "street": "Весь", "houses": ""})], zone=ZONE)
    assert (found.words.places, faults) == ((PlaceLine("Озёрск"),), [])


def test_a_moment_is_written_in_two_ways() -> None:
    assert read_moment("2026-11-29T10:00", zone=ZONE, field="begins") == read_moment(
        "29.11.2026, 10:00", zone=ZONE, field="begins"
    )
    with pytest.raises(OutageRefused):
        read_moment("29.11.26 10:00", zone=ZONE, field="begins")


def test_signs_that_nobody_sees_part_no_word_and_reach_no_terminal() -> None:
    typed = {
        "number": "12\x1b[31m",
        "city": "Озё\u00adрск",
        "street": "ул.\u00a0Лес\u200bная",
        "houses": "1-\u200b15",
        "why": "за\u00adмена\u2028опор\x07",
    }
    (found,), faults = read_lines([(2, {**ROW, **typed})], zone=ZONE)
    assert faults == []
    assert found.words.places == (PlaceLine("Озёрск", "ул. Лесная", "1-15"),)
    assert found.words.places[0].key == PlaceLine("Озёрск", "Лесная", "").key
    assert (found.words.why, found.words.number) == ("замена опор", "12[31m")
