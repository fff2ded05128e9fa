"""Readings of many meters by a table: taken away, filled in, judged whole, then sent one by one.

Nothing is kept between the steps: what the file says stands in the fields of the judged page, may be mended
there, and goes through the same operation as a single set. A meter at fault costs no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import provider_today
from svet.accounts.rules import Right
from svet.cabinet.readings import table
from svet.cabinet.readings.form import TypedSet, digest
from svet.cabinet.readings.submit import Attempt, attempt
from svet.cabinet.readings.table import LineFault, ReadTable, TableMeter
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.files.operations import check_file
from svet.files.rules import ScanRefused
from svet.kernel import words
from svet.kernel.refusals import NotFound, Refused
from svet.look import formats
from svet.metering import queries, texts
from svet.metering.operations import ReadingReceipt
from svet.metering.queries import MeterDials
from svet.metering.rules import Doubt, Judgement, cut_off, judge, period_of, zones_of

NAME = "readings.csv"
#: The button of the judged page and the token of its form.
OWN_FIELDS = 2
_SENDINGS = UUID("6f1d1c52-6f0e-4b1a-9a59-1f6a1d6f3a10")


@dataclass(frozen=True, slots=True)
class TableField:
    """One scale of a row of the judged page."""

    title: str
    name: str
    value: str
    last: str
    error: str


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One meter of the judged page; ``told`` is what stands beside it, ``bad`` when it stops the row."""

    each: TableMeter
    lines: str
    fields: tuple[TableField, ...] = ()
    key: str = ""
    told: tuple[str, ...] = ()
    bad: bool = False
    confirm: str = ""
    unchanged: bool = False
    checked: bool = False
    used: Decimal | None = None
    receipt: ReadingReceipt | None = None
    done: bool = False

    @property
    def ready(self) -> bool:
        """Whether it will be sent as it is."""
        return not (self.bad or self.done or self.confirm or self.unchanged)

    @property
    def prefix(self) -> str:
        return f"{self.each.meter.public_id}-"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def by_file(request: HttpRequest) -> HttpResponse:
    """Take a table in and show what is thought of every row; with ``act`` send what is right in it."""
    if request.method != "POST":
        return _page(request, {})
    meters = _meters(request)
    if request.POST.get("act") in ("send", "check"):
        return _sent(request, meters)
    try:
        found = table.read(_content(request), meters)
        _check_fits(found, meters)
    except (FileRefused, ScanRefused) as refused:
        return _page(request, {"error": _explain(refused)}, status=422)
    data = QueryDict(mutable=True)
    faulty = {fault.meter_id for fault in found.faults}
    for each in meters:
        # Beside a line at fault the other lines of the meter are no answer either: the press would send them.
        values = {} if each.meter.meter_id in faulty else found.values.get(each.meter.meter_id, {})
        for zone, raw in values.items():
            data[f"{each.meter.public_id}-value-{zone.value}"] = raw
    rows = [_judged(request, each, data, found) for each in meters if each.meter.meter_id in found.lines]
    if not rows and not found.faults:
        nothing = _("В столбце «Новые показания» нет ни одного числа.")
        return _page(request, {"error": nothing}, status=422)
    return _page(request, {"rows": rows, "lost": _lost(found), "blank": found.blank})


@require_safe
@signed_in
def blank(request: HttpRequest) -> HttpResponse:
    """The meters one may send for with their last values, and an empty column for the new ones."""
    offered = [each for each in _meters(request) if not table.why_not(each, _today(request, each))]
    answer = HttpResponse(table.written(offered), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer


def _page(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    rows = context.get("rows") or ()
    assert isinstance(rows, (list, tuple))
    context |= {
        "ready": sum(row.ready for row in rows),
        "asked": sum(bool(row.confirm or row.unchanged) and not row.bad for row in rows),
        "bad": sum(row.bad for row in rows),
        "open": any(not row.done for row in rows),
    }
    return render(request, "cabinet/readings_file.html", context, status=status)


def _content(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise FileRefused(FileReason.EMPTY, field="file")
    if (file.size or 0) > table.MAX_BYTES:
        raise FileRefused(FileReason.TOO_LARGE, field="file")
    content: bytes = file.read()
    check_file(content=content, field="file", by=actor_of(request), now=now_of(request))
    return content


def _names(each: TableMeter) -> list[str]:
    """The fields of a meter's values on the judged page."""
    return [f"{each.meter.public_id}-value-{zone.value}" for zone in zones_of(each.meter.scheme)]


def _check_fits(found: ReadTable, meters: list[TableMeter]) -> None:
    """:raises FileRefused: the judged page would have more fields than a form may send"""
    lines, fields = 0, OWN_FIELDS
    for each in meters:
        if each.meter.meter_id in found.lines:
            # The values, and the answer to a question about them.
            fields += len(_names(each)) + 1
            if fields > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
                raise FileRefused(FileReason.TOO_MANY_ROWS, field="file", details={"rows": lines})
            lines += len(found.lines[each.meter.meter_id])


def _explain(refused: Refused) -> str:
    """Why a file is not taken, for somebody who has a spreadsheet and not a register."""
    match refused.reason:
        case FileReason.EMPTY:
            return _("Выберите файл с таблицей.")
        case FileReason.TOO_LARGE:
            return _("Файл больше 512 КБ: это не таблица показаний.")
        case FileReason.NOT_TEXT | FileReason.NUL:
            return _(
                "Это не CSV. В программе таблиц выберите «Сохранить как» и вид "
                "«CSV, разделители — точка с запятой»."
            )
        case FileReason.HEADER_UNKNOWN | FileReason.COLUMN_MISSING:
            return _(
                "В первой строке нет названий столбцов нашей таблицы. Скачайте её и заполните "
                "последний столбец."
            )
        case _:
            return words.explain(refused)


def _meters(request: HttpRequest) -> list[TableMeter]:
    """The standing meters one may send for, in the order of the cabinet; a few queries however many."""
    groups = account_queries.cabinet(person_of(request).person_id)
    cards = {
        card.account_id: (group.name, card)
        for group in groups
        for card in group.cards
        if Right.SUBMIT in card.rights
    }
    standing = [meter for meter in queries.with_accounts(account_ids=list(cards)) if meter.removed_on is None]
    days: dict[int, date] = {
        meter.meter_id: provider_today(meter.account.provider, now_of(request)) for meter in standing
    }
    known: Mapping[int, MeterDials] = queries.dials(meters=standing, read_on=days)
    dropped = queries.last_dropped(meter_ids=list(days))
    places = {account_id: place for place, account_id in enumerate(cards)}
    standing.sort(key=lambda meter: (places[meter.account_id], meter.serial))
    return [
        TableMeter(*cards[meter.account_id], meter, known.get(meter.meter_id), dropped.get(meter.meter_id, 0))
        for meter in standing
    ]


def _today(request: HttpRequest, each: TableMeter) -> date:
    return provider_today(each.meter.account.provider, now_of(request))


def _judged(request: HttpRequest, each: TableMeter, data: QueryDict, found: ReadTable | None) -> JudgedRow:
    """What is thought of one meter's values before anything is sent."""
    meter_id = each.meter.meter_id
    typed = TypedSet(data, meter=each.meter, prefix=f"{each.meter.public_id}-")
    numbers = found.lines.get(meter_id, []) if found is not None else []
    told = [fault.text for fault in found.faults if fault.meter_id == meter_id] if found is not None else []
    shown = ", ".join(str(number) for number in numbers)
    today = _today(request, each)
    if why_not := table.why_not(each, today):
        return JudgedRow(each, shown, told=(*told, why_not), bad=True)
    assert each.known is not None
    judgement = judge(dials=each.known.dials, values=typed.values, read_on=today) if typed.is_whole else None
    key = _key(request, each.known, typed, dropped=each.dropped)
    row = JudgedRow(each, shown, _fields(each.known, typed, judgement), key, tuple(told))
    return _with_questions(row, typed, judgement, today=today)


def _with_questions(
    row: JudgedRow, typed: TypedSet, judgement: Judgement | None, *, today: date
) -> JudgedRow:
    known = row.each.known
    assert known is not None
    bad = bool(row.told) or judgement is None or bool(judgement.refusals)
    if bad or judgement is None:
        return replace(row, bad=True)
    used = sum(judgement.consumption.values(), Decimal(0))
    if all(typed.values[dial.zone] == dial.last.value for dial in known.dials):
        to_day = row.each.card.provider.window_to_day
        after = cut_off(period_of(today, window_to_day=to_day).plus(-1), window_to_day=to_day)
        if all(dial.pending is not None and dial.pending.on > after for dial in known.dials):
            on = formats.day_and_month(known.last_on)
            return replace(row, done=True, told=(_("Уже переданы %(on)s.") % {"on": on},))
        if judgement.doubts <= {Doubt.ZERO}:
            return replace(row, unchanged=True, checked=typed.is_old, used=used)
    if judgement.doubts:
        asked = tuple(
            texts.question(doubt, judgement)
            for doubt in Doubt
            if doubt in judgement.doubts
            and not (doubt is Doubt.ABOVE_USUAL and judgement.suggestion is not None)
        )
        return replace(row, told=asked, confirm=digest(typed.values), checked=typed.is_confirmed, used=used)
    return replace(row, used=used)


def _key(request: HttpRequest, known: MeterDials, typed: TypedSet, *, dropped: int) -> str:
    """The same values after the same last ones are the same sending, from however many pages and files.

    Unless what was sent has been taken back, rejected or replaced since: then it is sent anew.
    """
    before = ";".join(f"{dial.zone}={dial.last.value}@{dial.last.on}" for dial in known.dials)
    said = f"{person_of(request).person_id}|{typed.meter.public_id}|{before}|{dropped}|{digest(typed.values)}"
    return str(uuid5(_SENDINGS, said))


def _fields(known: MeterDials, typed: TypedSet, judgement: Judgement | None) -> tuple[TableField, ...]:
    found = []
    for dial in known.dials:
        verdict = judgement.verdicts.get(dial.zone) if judgement is not None else None
        error = " ".join(typed.errors.get(dial.zone, []))
        if verdict is not None and verdict.refusal is not None:
            error = texts.explain_reason(verdict.refusal, verdict.details)
        found.append(
            TableField(
                title=texts.scale_name(dial.zone, dial.service),
                name=f"{typed.prefix}value-{dial.zone.value}",
                value=typed.raw.get(dial.zone, ""),
                last=formats.number(dial.last.value),
                error=error,
            )
        )
    return tuple(found)


def _lost(found: ReadTable) -> list[LineFault]:
    """The lines that belong to no meter."""
    return [fault for fault in found.faults if fault.meter_id is None]


def _sent(request: HttpRequest, meters: list[TableMeter]) -> HttpResponse:
    """Judge the fields of the page again, and send every set that is right or answered for."""
    rows = []
    for each in meters:
        # The field of any scale says that the meter was on the page.
        if not any(name in request.POST for name in _names(each)):
            continue
        row = _judged(request, each, request.POST, None)
        if request.POST["act"] == "send" and not row.bad and not row.done and (row.ready or row.checked):
            row = _taken(row, request)
        rows.append(row)
    sent = sum(row.receipt is not None for row in rows)
    left = sum(not row.done for row in rows)
    return _page(request, {"rows": rows, "tried": request.POST["act"] == "send", "sent": sent, "left": left})


def _taken(row: JudgedRow, request: HttpRequest) -> JudgedRow:
    data = request.POST.copy()
    data["act"] = "old" if row.unchanged else "new"
    data[f"{row.prefix}key"] = row.key
    typed = TypedSet(data, meter=row.each.meter, prefix=row.prefix)
    try:
        done: Attempt = attempt(request, meter=row.each.meter, typed=typed)
    except NotFound:
        return replace(row, bad=True, told=(_("Этого прибора учёта больше нет в вашем кабинете."),))
    if done.receipt is not None:
        sent = zip(row.fields, row.each.known.dials if row.each.known is not None else (), strict=False)
        shown = tuple(replace(field, value=formats.number(typed.values[dial.zone])) for field, dial in sent)
        return replace(row, fields=shown, receipt=done.receipt, done=True, told=())
    wrong = [*done.block.errors, *(text for scale in done.block.scales for text in scale.errors)]
    told = tuple(wrong or [question.text for question in done.block.questions])
    return replace(row, told=told, bad=bool(wrong), confirm=done.block.confirm)


urlpatterns: list[URLPattern] = [
    path("readings/file/", by_file, name="readings-file"),
    path("readings/file/readings.csv", blank, name="readings-file-blank"),
]
