"""The rows of a register that were not taken, as a register of their own to be mended and loaded again."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from typing import BinaryIO

from svet.exchange.rules import accounts, charges, disputes, openings, readings, terms, values
from svet.exchange.rules.control_lines import CONTROL, COUNTS, SUMS, Total, Totals, split_controls
from svet.exchange.rules.payment_rows import read_row
from svet.exchange.rules.streams import lines_of_stream, survey
from svet.exchange.rules.tables import RegisterColumn, heading_lines, read_table
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import Money
from svet.payments.rules.layouts import PLAIN_LAYOUT, ControlRule, Layout, SignRule

_COLUMNS = {"accounts": accounts.COLUMNS, "readings": readings.COLUMNS, "disputes": disputes.COLUMNS}
_CONTROLLED = {
    "openings": (openings.COLUMNS, SUMS),
    "charges": (charges.COLUMNS, SUMS),
    "terms": (terms.COLUMNS, COUNTS),
}
_SUMS = ("sum", "transfer", "commission")


def reject_file(
    *, profile: str, content: bytes | BinaryIO, lines: Collection[int], layout: Layout = PLAIN_LAYOUT
) -> bytes:
    """The same file with only the rows that begin on ``lines``: encoding, heading and separator are kept.

    Rows stand as they stood. A register of payments gets a control line that agrees with them; a sum that
    cannot be read counts as nothing there, and whoever mends it mends the control line too.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    encoding = survey(stream, layout.encoding).encoding
    if profile == "payments":
        with lines_of_stream(stream, encoding) as every:
            kept = _payments(every, lines) if layout == PLAIN_LAYOUT else _of_source(every, lines, layout)
        return kept.encode(encoding)
    stream.seek(0)
    text = stream.read().decode(encoding)
    if profile in _CONTROLLED:
        kept = _controlled(text, lines, *_CONTROLLED[profile])
    else:
        kept = _table(text, lines, profile=profile)
    return kept.encode(encoding)


def _table(text: str, lines: Collection[int], *, profile: str) -> str:
    every = list(io.StringIO(text, newline=""))
    kept = every[: heading_lines(text)]
    for row in read_table(text, _COLUMNS[profile]):
        if row.number in lines:
            kept += every[row.number - 1 : row.last]
    return "".join(kept)


def _controlled(text: str, lines: Collection[int], columns: Sequence[RegisterColumn], totals: Totals) -> str:
    """The rows with a control line for each of their suppliers."""
    table, _said = split_controls(text, totals)
    every = list(io.StringIO(text, newline=""))
    kept = every[: heading_lines(text)]
    end = "\r\n" if "\r\n" in text else "\n"
    counted: dict[str, Total] = {}
    for row in read_table(table, columns):
        if row.number not in lines:
            continue
        kept += [raw if raw.endswith("\n") else raw + end for raw in every[row.number - 1 : row.last]]
        if row.fields:
            counted.setdefault(row.fields["provider"], Total()).add(row)
    separator = max(";\t,", key=every[heading_lines(text) - 1].count)
    for provider, total in counted.items():
        cells = [CONTROL, provider, str(total.count)]
        kept.append(
            separator.join([*cells, _point_or_comma(total.sum, separator)] if totals.sums else cells) + end
        )
    return "".join(kept)


def _point_or_comma(total: Money, separator: str) -> str:
    return f"{total.roubles:.2f}" if separator == "," else _roubles(total)


def _payments(every: Iterable[str], lines: Collection[int]) -> str:
    kept, trailer, end = list[str](), "", "\n"
    for number, raw in enumerate(every, start=1):
        if number in lines:
            kept.append(raw)
        if raw.startswith("="):
            trailer = raw
        if raw.endswith("\r\n"):
            end = "\r\n"
    kept = [raw if raw.endswith("\n") else raw + end for raw in kept]
    said = trailer.strip("\r\n").split(";")
    # Sums are the last columns of a row: a separator inside an address moves everything else.
    totals = [
        Money.total(_sum(raw, from_the_end=len(_SUMS) - place) for raw in kept) for place in range(len(_SUMS))
    ]
    counted = [f"={len(kept)}", *(_roubles(total) for total in totals)]
    return "".join([*kept, ";".join([*counted[: len(said)], *said[len(counted) :]])]) + _ending(trailer)


def _of_source(every: Iterable[str], lines: Collection[int], layout: Layout) -> str:
    """The rows of a register in a form of its own."""
    rows, heading, end = list[tuple[int, str]](), "", "\n"
    for number, raw in enumerate(every, start=1):
        if number in lines:
            rows.append((number, raw))
        if not heading and raw.strip():
            heading = raw
        if raw.endswith("\r\n"):
            end = "\r\n"
    kept = [raw if raw.endswith("\n") else raw + end for _, raw in rows]
    if layout.heading:
        kept.insert(0, heading)
    if layout.control is ControlRule.LINE:
        total = Money.total(read_row(number, raw, layout).sum or Money(0) for number, raw in rows)
        total = -total if layout.sign is SignRule.TURNED else total
        kept.append(layout.delimiter.join([f"={len(rows)}", _roubles(total)]) + end)
    return "".join(kept)


def _sum(raw: str, *, from_the_end: int) -> Money:
    parts = [part.strip() for part in raw.strip("\r\n").split(";")]
    if len(parts) < from_the_end:
        return Money(0)
    cell = parts[-from_the_end].removeprefix("-")
    try:
        found = values.money({"sum": cell}, "sum")
    except FieldFault:
        return Money(0)
    return -found if parts[-from_the_end].startswith("-") else found


def _roubles(total: Money) -> str:
    return f"{total.roubles:.2f}".replace(".", ",")


def _ending(trailer: str) -> str:
    return trailer[len(trailer.rstrip("\r\n")) :]
