"""How a source writes its registers: encoding, columns, days, signs, control line, identity. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

#: What a column may be; «-» is one nobody reads.
COLUMNS: Final = (
    "date", "time", "osb", "vsp", "cashier", "suip", "account", "name", "address", "period", "sum",
    "transfer", "commission",
)  # fmt: skip
UNREAD_COLUMN: Final = "-"
NEEDED: Final = frozenset({"date", "suip", "account", "sum"})
ENCODINGS: Final = ("", "cp1251", "utf-8", "cp866", "koi8-r")
DELIMITERS: Final = (";", "|", "\t", ",")
MOST_COLUMNS: Final = 40


class DateForm(StrEnum):
    """How days are written: 05-11-2026 (also with dots), 20261105 (also with dashes), 11/05/2026."""

    DMY = "dmy"
    YMD = "ymd"
    MDY = "mdy"


class SignRule(StrEnum):
    """Which sums are reversals: those below zero, or those above it where payments are written below."""

    WRITTEN = "written"
    TURNED = "turned"


class ControlRule(StrEnum):
    """What proves the sums: a last line ``=count;sum;…``, or nothing."""

    LINE = "line"
    NONE = "none"


class IdentityRule(StrEnum):
    """What tells two payments of a day apart: the number alone, or the office with the number."""

    NUMBER = "number"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Layout:
    """The form of a source's registers; the plain one is the common Sberbank-like form."""

    encoding: str = ""
    delimiter: str = ";"
    columns: tuple[str, ...] = COLUMNS
    heading: bool = False
    dates: DateForm = DateForm.DMY
    sign: SignRule = SignRule.WRITTEN
    control: ControlRule = ControlRule.LINE
    identity: IdentityRule = IdentityRule.NUMBER

    def fault(self) -> str:
        """The name of the first field that cannot be; empty when all can."""
        named = [name for name in self.columns if name != UNREAD_COLUMN]
        if self.encoding not in ENCODINGS:
            return "encoding"
        if self.delimiter not in DELIMITERS:
            return "delimiter"
        if len(self.columns) > MOST_COLUMNS or not set(named) <= set(COLUMNS):
            return "columns"
        if len(named) != len(set(named)) or not set(named) >= NEEDED:
            return "columns"
        # An office nobody writes tells nothing apart.
        if self.identity is IdentityRule.OFFICE and not {"osb", "vsp", "cashier"} & set(named):
            return "identity"
        return ""


PLAIN_LAYOUT: Final = Layout()
_WORDS: Final = {"auto": "", "tab": "\t"}


def layout_of(given: Mapping[str, object], known: Layout = PLAIN_LAYOUT) -> Layout:
    """A layout with what was given changed; None leaves a field as it is.

    :raises ValueError: a rule has no such name
    """
    said = {name: value for name, value in given.items() if value is not None}
    texts = {
        name: _WORDS.get(str(said[name]), str(said[name]))
        for name in ("encoding", "delimiter")
        if name in said
    }
    return replace(
        known,
        encoding=texts.get("encoding", known.encoding),
        delimiter=texts.get("delimiter", known.delimiter),
        columns=tuple(part.strip() for part in str(said.get("columns", ",".join(known.columns))).split(",")),
        heading=bool(said.get("heading", known.heading)),
        dates=DateForm(str(said.get("dates", known.dates))),
        sign=SignRule(str(said.get("sign", known.sign))),
        control=ControlRule(str(said.get("control", known.control))),
        identity=IdentityRule(str(said.get("identity", known.identity))),
    )
