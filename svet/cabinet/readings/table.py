"""The table of all meters as a file: written with the last values, read back with the new ones."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from svet.accounts.queries import AccountCard
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.rules.streams import decode
from svet.exchange.rules.tables import RegisterColumn, read_table
from svet.kernel.services import Service
from svet.kernel.writing import plain_number, safe_cell
from svet.look import formats
from svet.metering.operations import hindrance
from svet.metering.queries import MeterDials, MeterView
from svet.metering.rules import ReadingChannel, Zone, zones_of
from svet.metering.texts import ZONE_NAMES, explain_reason, scale_name

MAX_BYTES = 512 * 1024
MAX_LINES = 2_000
LONGEST_SHOWN = 40
_HEADS = {
    "code": gettext_lazy("Код"),
    "group": gettext_lazy("Группа"),
    "alias": gettext_lazy("Абонент"),
    "address": gettext_lazy("Адрес"),
    "account": gettext_lazy("Лицевой счёт"),
    "serial": gettext_lazy("Прибор учёта"),
    "zone": gettext_lazy("Шкала"),
    "last": gettext_lazy("Прошлые показания"),
    "on": gettext_lazy("Дата"),
    "value": gettext_lazy("Новые показания"),
}
_NEEDED = ("account", "serial", "value")
#: What a spreadsheet makes of a long number.
_ROUNDED = re.compile(r"[0-9][.,][0-9]+e\+[0-9]+", re.IGNORECASE)
#: A whole number a spreadsheet gave decimals to.
_WHOLE = re.compile(r"([0-9\s]+)[.,]0+", re.ASCII)


@dataclass(frozen=True, slots=True)
class TableMeter:
    """A meter of the cabinet as the table knows it; ``dropped``: its newest set that counts no more, or 0."""

    group: str
    card: AccountCard
    meter: MeterView
    known: MeterDials | None
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class LineFault:
    """Why a line of the file goes nowhere; ``meter_id`` where it is known whose it is."""

    line: int
    shown: str
    text: str
    meter_id: int | None = None


@dataclass(slots=True)
class ReadTable:
    """What a file says: values by meter and scale, the lines they stand on, the lines at fault."""

    values: dict[int, dict[Zone, str]] = field(default_factory=dict)
    lines: dict[int, list[int]] = field(default_factory=dict)
    faults: list[LineFault] = field(default_factory=list)
    blank: int = 0


def why_not(each: TableMeter, today: date) -> str:
    """Why nothing can be sent for a meter: it sends by itself, is not begun, or its account is closed."""
    if each.known is None:
        return _("У прибора учёта нет начальных показаний. Мы внесём их: ничего делать не нужно.")
    last_on = each.known.last_on
    reason = hindrance(each.meter, read_on=today, today=today, last_on=last_on, channel=ReadingChannel.WEB)
    return "" if reason is None else explain_reason(reason, {"last_on": last_on})


def written(meters: Sequence[TableMeter]) -> bytes:
    """Semicolons, decimal commas and a byte order mark: what a Russian spreadsheet opens by itself."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([str(head) for head in _HEADS.values()])
    for each in meters:
        dials = {} if each.known is None else {dial.zone: dial for dial in each.known.dials}
        for zone in zones_of(each.meter.scheme):
            last = dials[zone].last if zone in dials else None
            cells = [
                each.meter.public_id,
                each.group,
                each.card.alias,
                each.card.address,
                each.card.number,
                each.meter.serial,
                scale_name(zone, each.meter.service),
                "" if last is None else plain_number(last.value).replace(".", ","),
                "" if last is None else formats.day(last.on),
                "",
            ]
            writer.writerow([safe_cell(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def read(content: bytes, meters: Sequence[TableMeter]) -> ReadTable:
    """Take a file apart; a line that fits no meter of the cabinet is a fault, whoever else's it may be.

    :raises FileRefused: not a table, without its columns, too long
    """
    found = ReadTable()
    by_code = {each.meter.public_id: each for each in meters}
    by_pair = {(_bare(each.card.number), _bare(each.meter.serial)): each for each in meters}
    for seen, line in enumerate(read_table(decode(content), _columns()), start=1):
        if seen > MAX_LINES:
            raise FileRefused(FileReason.TOO_MANY_ROWS, field="file", details={"rows": MAX_LINES})
        shown = " ".join(part for part in re.split(r"[;\t,]", line.raw) if part)[:120]
        if not line.fields:
            found.faults.append(LineFault(line.number, shown, _("Строку не разобрать: проверьте кавычки.")))
        elif not line.fields["value"]:
            found.blank += 1
        else:
            _take(line.number, line.fields, shown, by_code=by_code, by_pair=by_pair, found=found)
    return found


def _columns() -> list[RegisterColumn]:
    """The columns that are read: called as in any of the languages the table may have been taken away in."""
    return [
        RegisterColumn(name, _spoken(_HEADS[name]), required=name in _NEEDED)
        for name in ("code", "zone", *_NEEDED)
    ]


def _spoken(words: Promise) -> tuple[str, ...]:
    """The words in every language of the cabinet."""
    found = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.append(str(words))
    return tuple(found)


def _take(
    number: int,
    fields: Mapping[str, str],
    shown: str,
    *,
    by_code: Mapping[str, TableMeter],
    by_pair: Mapping[tuple[str, str], TableMeter],
    found: ReadTable,
) -> None:
    """Put one filled line to its meter, or say what is wrong with it."""
    coded = by_code.get(fields.get("code", ""))
    each = coded or by_pair.get((_bare(fields["account"]), _bare(fields["serial"])))
    if each is None:
        text = _("Такого прибора учёта нет в вашем кабинете, или он открыт вам только для просмотра.")
        found.faults.append(LineFault(number, shown, text))
        return
    meter_id = each.meter.meter_id
    found.lines.setdefault(meter_id, []).append(number)
    if coded and not _agrees(coded, fields):
        text = _("Код и номера — от разных приборов: строки перемешались. Впишите показание в верную строку.")
        found.faults.append(LineFault(number, shown, text, meter_id))
        return
    zone = _zone(fields.get("zone", ""), each.meter)
    if zone is None:
        text = _("У этого прибора учёта нет такой шкалы.")
        found.faults.append(LineFault(number, shown, text, meter_id))
        return
    raw = fields["value"]
    whole = _WHOLE.fullmatch(raw)
    if whole and each.meter.decimals == 0:
        raw = whole[1]
    values = found.values.setdefault(meter_id, {})
    if values.setdefault(zone, raw) != raw:
        # Neither of the two may be sent for the other: the field of the judged page is left to the person.
        values[zone] = ""
        text = _("Эта шкала уже была в файле с другим показанием: оставьте одно из них.")
        found.faults.append(LineFault(number, shown, text, meter_id))


def _agrees(each: TableMeter, fields: Mapping[str, str]) -> bool:
    """Whether the numbers of the line are those of its code; what a spreadsheet rounded says nothing."""
    pairs = ((fields["account"], each.card.number), (fields["serial"], each.meter.serial))
    return all(
        not given or bool(_ROUNDED.fullmatch(given)) or _bare(given) == _bare(own) for given, own in pairs
    )


def _bare(text: str) -> str:
    """A number as it is left when a spreadsheet took its zeros, or a sign kept it from being a formula."""
    return text.strip().lstrip("'").strip().lstrip("0").casefold()


def _zone(text: str, meter: MeterView) -> Zone | None:
    zones = zones_of(meter.scheme)
    if not text and len(zones) == 1:
        return zones[0]
    given = text.casefold()
    return next((zone for zone in zones if given in _scale_names(zone, meter.service)), None)


def _scale_names(zone: Zone, service: Service) -> list[str]:
    """What a scale is called in every language of the cabinet, by its zone and by what it meters."""
    found = [name.casefold() for name in _spoken(ZONE_NAMES[zone])]
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.append(scale_name(zone, service).casefold())
    return found
