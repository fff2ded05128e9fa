"""Bars: one huge month leaves the others to be seen and read."""

from __future__ import annotations

from decimal import Decimal

from svet.look.charts import HEIGHT, LEAST, MARKS, bars


def test_small_bars_beside_a_huge_one_are_seen_and_have_their_numbers() -> None:
    values = [Decimal(212), Decimal(0), Decimal("98765.4"), Decimal("0.4")]
    chart = bars(title="", series=[""], points=[("м", [value]) for value in values], write=str)
    heights = [sum(piece.height for piece in bar.pieces) for bar in chart.bars]
    assert heights == [LEAST, 0, HEIGHT, LEAST]
    assert [bar.mark for bar in chart.bars] == ["212", "0", "98765", "0"]
    assert all(0 < bar.top < MARKS + HEIGHT for bar in chart.bars)
    assert all(piece.y + piece.height == chart.base for bar in chart.bars for piece in bar.pieces)


def test_bars_of_usual_months_are_as_high_as_their_values() -> None:
    chart = bars(title="", series=[""], points=[("м", [100]), ("м", [50])], write=str)
    assert [bar.pieces[0].height for bar in chart.bars] == [HEIGHT, HEIGHT / 2]
