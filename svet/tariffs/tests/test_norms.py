"""Norms of regions: read from files with every fault named, dated, ended, and charged by to the kopeck."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from svet.billing.queries.acts import multipliers
from svet.billing.rules.facts import (
    AccountFacts,
    AccountTerms,
    Act,
    ActKind,
    Away,
    Multiplier,
    PriceTable,
    RangeLimit,
    RangePrice,
    ZonePrices,
    canonical,
    restored,
)
from svet.billing.rules.kinds import BillingProblem, BillingReason
from svet.billing.rules.should import should
from svet.billing.tests.facts import account, by_month, day, kopecks, kwh, month, policy
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.tariffs.models import NormRow
from svet.tariffs.operations.norms import load_norms, withdraw_norms
from svet.tariffs.queries.norms import loaded_norms, region_norms
from svet.tariffs.rules.norm_file import NORM_COLUMNS, NormFault, NormFileRefused
from svet.tariffs.rules.norm_tables import NormCell, NormTable
from svet.tariffs.texts import norms as words

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BY = Actor.system("test")
SHIPPED = Path(__file__).resolve().parents[1] / "data" / "norms" / "demonstration.csv"
CELLS = (
    NormCell(Decimal(100), rooms_from=1, rooms_to=1, row_id=1),
    NormCell(Decimal(91), rooms_from=2, persons_from=1, persons_to=3, stove="electric", row_id=2),
    NormCell(Decimal(70), rooms_from=2, persons_from=4, stove="electric", row_id=3),
)
TABLE = NormTable(day("2025-01-01"), day("2026-07-01"), CELLS)
TWO_ROOMS = AccountTerms("1.1", 3, rooms=2, stove="electric")


def bare(*, terms: AccountTerms = TWO_ROOMS, norm: int | None = None, **more: object) -> AccountFacts:
    """A flat without a meter in a region that has norms."""
    facts = account(policies=(policy(norm),))
    return replace(facts, terms=(terms,), norms=(TABLE,), **more)  # type: ignore[arg-type]


def file(folder: Path, *rows: dict[str, str], name: str = "norms.csv") -> Path:
    plain = {
        "region": "Край", "valid_from": "2026-01-01", "valid_to": "", "rooms": "", "persons": "", "stove": "",
        "electric_heating": "", "kwh_per_person": "90", "source_url": "https://example.org",
    }  # fmt: skip
    lines = [";".join(NORM_COLUMNS)]
    lines += [";".join((plain | row)[column] for column in NORM_COLUMNS) for row in rows]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


class TestCharging:
    def test_the_published_example_of_two_rooms_an_electric_stove_and_three_persons(self) -> None:
        """91 × 3 = 273 kWh, 382.20 roubles (Dalenergosbyt, tariff of 2009)."""
        price = RangePrice(Decimal("1.40"))
        tables = (
            PriceTable("1.1", day("2020-01-01"), None, (RangeLimit(),), (ZonePrices(1, "single", (price,)),)),
        )
        lines = should(bare(tables=tables), horizon=month("2026-05"))
        assert (kwh(lines), kopecks(lines)) == (273, 38_220)
        assert lines[0].evidence.norm_ids == (2,)

    def test_rows_go_by_rooms_persons_and_stove(self) -> None:
        for terms, expected in (
            (AccountTerms("1.1", 3, rooms=1), 300),
            (replace(TWO_ROOMS, residents=4), 280),
            (replace(TWO_ROOMS, rooms=5, residents=1), 91),
        ):
            assert kwh(should(bare(terms=terms), horizon=month("2026-05"))) == expected

    def test_a_household_that_no_row_fits_has_the_suppliers_norm_or_none(self) -> None:
        unknown = AccountTerms("1.1", 3)
        assert kwh(should(bare(terms=unknown, norm=80), horizon=month("2026-05"))) == 240
        with pytest.raises(BillingProblem) as problem:
            should(bare(terms=unknown), horizon=month("2026-05"))
        assert problem.value.reason is BillingReason.NO_METER
        assert problem.value.details["why"] == BillingReason.NO_NORM.value

    def test_a_norm_that_has_ended_is_not_carried_on_even_where_the_supplier_has_one(self) -> None:
        """June's window ends with the 24th, July's begins before the table's end and goes beyond it."""
        assert by_month(should(bare(norm=80), horizon=month("2026-06")))["2026-06"] == 273
        with pytest.raises(BillingProblem) as problem:
            should(bare(norm=80), horizon=month("2026-07"))
        assert problem.value.details["day"] == date(2026, 7, 1)

    def test_days_before_the_first_table_have_the_suppliers_norm(self) -> None:
        early = replace(TABLE, since=day("2026-05-10"))
        lines = should(replace(bare(norm=80), norms=(early,)), horizon=month("2026-05"))
        assert kwh(lines) == 257  # (240 × 15 + 273 × 15) ÷ 30 = 256.5

    def test_another_table_divides_the_month_by_days(self) -> None:
        later = NormTable(day("2026-05-10"), None, (NormCell(Decimal(60), row_id=9),))
        lines = should(
            replace(bare(), norms=(replace(TABLE, until=day("2026-05-10")), later)), horizon=month("2026-05")
        )
        assert kwh(lines) == 227  # (273 × 15 + 180 × 15) ÷ 30 = 226.5
        assert lines[0].evidence.norm_ids == (2, 9)

    def test_a_birth_changes_the_row_from_its_day(self) -> None:
        terms = (
            replace(TWO_ROOMS, until=day("2026-05-10")),
            replace(TWO_ROOMS, residents=4, since=day("2026-05-10")),
        )
        lines = should(replace(bare(), terms=terms), horizon=month("2026-05"))
        assert kwh(lines) == 277  # (273 × 15 + 280 × 15) ÷ 30 = 276.5

    def test_the_row_goes_by_who_is_registered_the_norm_by_who_is_at_home(self) -> None:
        away = (Away(day("2026-04-25"), day("2026-05-25"), 2),)
        four = replace(TWO_ROOMS, residents=4)
        assert kwh(should(bare(terms=four, away=away), horizon=month("2026-05"))) == 140

    def test_an_invented_norm_is_told_on_its_line(self) -> None:
        table = replace(TABLE, cells=(NormCell(Decimal(50), row_id=1, demonstration=True),))
        (line,) = should(replace(bare(), norms=(table,)), horizon=month("2026-05"))
        assert line.evidence.demonstration

    def test_a_multiplier_that_no_decree_reaches_is_a_problem_of_the_run(self) -> None:
        act = (Act(ActKind.UNMETERED, day("2026-01-01")),)
        assert kwh(should(bare(acts=act), horizon=month("2026-05"))) == 410  # 273 × 1.5 = 409.5
        ended = (Multiplier(ActKind.UNMETERED, Decimal("1.5"), day("2017-01-01"), day("2026-05-20")),)
        with pytest.raises(BillingProblem) as problem:
            should(bare(acts=act, multipliers=ended), horizon=month("2026-05"))
        assert problem.value.details["day"] == date(2026, 5, 20)

    def test_the_law_names_its_decrees(self) -> None:
        found = {each.kind: (each.factor, each.since, each.until) for each in multipliers()}
        assert found == {
            ActKind.REFUSED: (Decimal("1.5"), date(2017, 1, 1), None),
            ActKind.UNMETERED: (Decimal("1.5"), date(2017, 1, 1), None),
            ActKind.TAMPERED: (Decimal(10), date(2017, 1, 1), None),
        }

    def test_norms_are_facts_with_a_text(self) -> None:
        facts = bare()
        assert restored(AccountFacts, canonical(facts)) == facts


@pytest.mark.django_db
class TestFiles:
    def refused(self, path: Path) -> list[tuple[int, str, NormFault]]:
        with pytest.raises(NormFileRefused) as refused:
            load_norms(file=path, now=NOW)
        assert all(words.norm_error(error) for error in refused.value.errors)
        assert words.explain_norms(refused.value)
        return [(error.row, error.column, error.fault) for error in refused.value.errors]

    def test_a_file_is_taken_once_and_read_back_as_facts(self, tmp_path: Path) -> None:
        path = file(
            tmp_path,
            {"rooms": "1", "kwh_per_person": "100,5"},
            {"rooms": "2-3", "persons": "4+", "stove": "gas", "electric_heating": "no"},
        )
        assert load_norms(file=path, now=NOW, only_check=True).added == 2
        assert not NormRow.objects.exists()
        assert load_norms(file=path, now=NOW).added == 2
        again = load_norms(file=path, now=NOW)
        assert (again.added, again.unchanged, again.regions) == (0, 2, ("Край",))
        (table,) = region_norms("Край")
        assert (table.since, table.until) == (date(2026, 1, 1), None)
        first, second = table.cells
        assert (first.kwh, first.rooms_from, first.rooms_to, first.persons_from) == (
            Decimal("100.5"),
            1,
            1,
            None,
        )
        assert (second.rooms_from, second.rooms_to, second.persons_from, second.persons_to) == (2, 3, 4, None)
        assert (second.stove, second.electric_heating) == ("gas", False)
        assert region_norms("Область") == ()

    def test_the_next_table_gives_the_one_before_its_last_day(self, tmp_path: Path) -> None:
        load_norms(file=file(tmp_path, {}), now=NOW)
        load_norms(file=file(tmp_path, {"valid_from": "2026-07-01", "kwh_per_person": "95"}), now=LATER)
        assert [(each.since, each.until) for each in region_norms("Край")] == [
            (date(2026, 1, 1), date(2026, 7, 1)),
            (date(2026, 7, 1), None),
        ]
        assert [line.kwh for line in loaded_norms(on=date(2026, 6, 30))] == [90]
        then = region_norms("Край", known_at=NOW)
        assert [(each.since, each.until) for each in then] == [(date(2026, 1, 1), None)]
        assert load_norms(file=file(tmp_path, {}), now=NOW).unchanged == 1, "the same file may come again"

    def test_a_wrong_table_is_taken_back_and_stays_to_be_read(self, tmp_path: Path) -> None:
        load_norms(file=file(tmp_path, {}), now=NOW)
        right = file(tmp_path, {"kwh_per_person": "95"}, name="right.csv")
        assert self.refused(right) == [(2, "", NormFault.DIFFERS)]
        count = withdraw_norms(region="Край", first=date(2026, 1, 1), document="приказ № 9", by=BY, now=LATER)
        assert count == 1
        assert load_norms(file=right, now=LATER).added == 1
        assert list(NormRow.objects.order_by("pk").values_list("kwh", "gone_document")) == [
            (Decimal(90), "приказ № 9"),
            (Decimal(95), ""),
        ]
        assert Entry.objects.filter(action="norms.withdrawn").count() == 1
        assert region_norms("Край", known_at=NOW - timedelta(seconds=1)) == (), "nobody knew it yet"
        (then,), (now,) = region_norms("Край", known_at=NOW), region_norms("Край")
        assert [table.cells[0].kwh for table in (then, now)] == [90, 95]
        with pytest.raises(NormFileRefused):
            withdraw_norms(region="Край", first=date(2020, 1, 1), document="приказ № 9", by=BY, now=NOW)

    @pytest.mark.parametrize(
        ("row", "column", "fault"),
        [
            ({"region": ""}, "region", NormFault.EMPTY),
            ({"region": "К" * 81}, "region", NormFault.TOO_LONG),
            ({"region": "Кр\u200bай"}, "region", NormFault.HIDDEN),
            ({"valid_from": "вчера"}, "valid_from", NormFault.DATE),
            ({"valid_to": "2025-12-31"}, "valid_to", NormFault.DATES_REVERSED),
            ({"rooms": "две"}, "rooms", NormFault.BAND),
            ({"rooms": "0"}, "rooms", NormFault.BAND),
            ({"persons": "3-2"}, "persons", NormFault.BAND),
            ({"stove": "дрова"}, "stove", NormFault.STOVE),
            ({"electric_heating": "может"}, "electric_heating", NormFault.FLAG),
            ({"kwh_per_person": "0"}, "kwh_per_person", NormFault.KWH),
            ({"kwh_per_person": "-5"}, "kwh_per_person", NormFault.KWH),
        ],
    )
    def test_each_fault_is_told_with_its_row_and_column(
        self, tmp_path: Path, row: dict[str, str], column: str, fault: NormFault
    ) -> None:
        assert self.refused(file(tmp_path, {"rooms": "9"}, row)) == [(3, column, fault)]
        assert not NormRow.objects.exists()

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({}, {"rooms": "2"}),
            ({"rooms": "1-3"}, {"rooms": "3+"}),
            ({"stove": "gas"}, {"electric_heating": "yes"}),
            ({"persons": "2"}, {"persons": "2"}),
        ],
    )
    def test_nobody_may_have_two_norms(
        self, tmp_path: Path, first: dict[str, str], second: dict[str, str]
    ) -> None:
        assert self.refused(file(tmp_path, first, second)) == [(3, "", NormFault.TWICE)]
        load_norms(file=file(tmp_path, first, name="one.csv"), now=NOW)
        if first != second:
            assert self.refused(file(tmp_path, second, name="two.csv")) == [(2, "", NormFault.TWICE)]

    def test_tables_of_a_region_share_no_day(self, tmp_path: Path) -> None:
        load_norms(file=file(tmp_path, {"valid_to": "2026-12-31"}), now=NOW)
        path = file(tmp_path, {"valid_from": "2026-07-01"})
        assert self.refused(path) == [(2, "valid_from", NormFault.TABLES_OVERLAP)]

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            (b"a;b\n1;2\n", NormFault.MISSING_COLUMN),
            ((";".join(NORM_COLUMNS) + "\n").encode(), NormFault.NO_ROWS),
            ((";".join(NORM_COLUMNS) + "\nx;y\n").encode(), NormFault.WRONG_WIDTH),
            (b"PK\x03\x04\xff\x98", NormFault.NOT_TEXT),
            (b"x" * (1024 * 1024 + 1), NormFault.TOO_LARGE),
        ],
    )
    def test_what_is_no_table_of_norms_is_refused(
        self, tmp_path: Path, content: bytes, fault: NormFault
    ) -> None:
        path = tmp_path / "norms.csv"
        path.write_bytes(content)
        assert self.refused(path)[0][2] is fault

    def test_the_set_for_the_sample_town_says_that_it_is_invented(self) -> None:
        load_norms(file=SHIPPED, now=NOW)
        assert set(NormRow.objects.values_list("demonstration", flat=True)) == {True}
        assert all("придумано" in words.norm(line) for line in loaded_norms())

    def test_every_fault_has_its_sentence(self) -> None:
        assert set(words.norm_fault_texts()) == set(NormFault)
