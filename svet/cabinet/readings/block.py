"""One meter of «Показания»: its boxes, what the guard asks, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.accounts.queries import provider_today
from svet.billing.queries import Preview
from svet.cabinet.readings.form import TypedSet, digest
from svet.cabinet.readings.usual import usual_range
from svet.cabinet.shell.session import actor_of, now_of
from svet.kernel.periods import Month
from svet.kernel.services import Unit
from svet.look import formats
from svet.metering import operations, queries, rules, texts
from svet.metering.operations import ReadingReceipt
from svet.metering.queries import MeterDials, MeterView, SetView
from svet.metering.rules import Doubt, Judgement, Zone
from svet.quotes.queries import Quote, quote, quote_judged
from svet.quotes.texts import CostLine, cost_lines


@dataclass(frozen=True, slots=True)
class ScaleView:
    """One row of boxes."""

    zone: Zone
    title: str
    name: str
    value: str
    last: str
    last_text: str
    was: str
    errors: list[str]


@dataclass(frozen=True, slots=True)
class GuardQuestion:
    """What the guard asks."""

    text: str


@dataclass(frozen=True, slots=True)
class MeterBlock:
    """One meter of the page."""

    meter: MeterView
    scales: tuple[ScaleView, ...] = ()
    key: str = ""
    hindrance: str = ""
    errors: tuple[str, ...] = ()
    questions: tuple[GuardQuestion, ...] = ()
    confirm: str = ""
    suggest: str = ""
    suggest_text: str = ""
    consumption: Decimal | None = None
    cost: Preview | None = None
    cost_lines: tuple[CostLine, ...] = ()
    usual: str = ""
    unchanged: bool = True
    period: Month | None = None
    receipt: ReadingReceipt | None = None
    review: SetView | None = None
    prefix: str = ""
    insist: str = ""
    words: str = ""
    photo_public_id: str = ""
    photo_error: str = ""
    automatic: tuple[SetView, ...] = ()
    sent: SetView | None = None
    may_withdraw: bool = False
    typed: bool = False

    @property
    def photo_name(self) -> str:
        """The name of the photo's field; it begins with «photo»."""
        return f"photo-{self.prefix}" if self.prefix else "photo"

    @property
    def unit(self) -> Unit:
        """In what it counts."""
        return self.meter.unit

    @property
    def charged_here(self) -> bool:
        """Whether the readings make a bill here; else they are handed on to the supplier."""
        return self.meter.service.charged_here

    @property
    def asks_old(self) -> bool:
        """Whether the same digits were typed, which are sent on purpose only."""
        return self.typed and self.unchanged and self.receipt is None

    @property
    def answered(self) -> bool:
        """Whether it has something to say about what was just typed."""
        return bool(self.failed or self.questions or self.receipt or self.insist or self.asks_old)

    @property
    def single(self) -> bool:
        """Whether the meter has one scale, whose name then heads the block."""
        return len(self.scales) == 1

    @property
    def failed(self) -> bool:
        """Whether something typed stands in the way."""
        return bool(self.errors or self.photo_error) or any(scale.errors for scale in self.scales)


def meter_block(
    request: HttpRequest,
    *,
    meter: MeterView,
    typed: TypedSet | None,
    judgement: Judgement | None = None,
    errors: Sequence[str] = (),
    receipt: ReadingReceipt | None = None,
    instead_of: SetView | None = None,
    prefix: str = "",
) -> MeterBlock:
    """One meter after something was typed or sent; ``instead_of`` is the set that is being corrected."""
    day = instead_of.read_on if instead_of is not None else None
    today = day or provider_today(meter.account.provider, now_of(request))
    without = [] if instead_of is None else [instead_of.set_id]
    known = queries.dials(meters=[meter], read_on=today, without=without).get(meter.meter_id)
    sent = None if receipt is None else queries.set_for(actor_of(request), public_id=receipt.set_public_id)
    return block_of(
        meter,
        known,
        today=today,
        may_submit=True,
        typed=typed,
        judgement=judgement,
        errors=errors,
        receipt=receipt,
        prefix=typed.prefix if typed is not None else prefix,
        begins={} if instead_of is None else {each.zone: each.value for each in instead_of.values},
        sent=sent,
        may_withdraw=sent is not None and withdrawable(request, sent, meter=meter, today=today),
    )


def withdrawable(request: HttpRequest, view: SetView, *, meter: MeterView, today: date) -> bool:
    """Whether the person may take this set of theirs back or correct it."""
    to_day = meter.account.provider.window_to_day
    return operations.may_withdraw(view, by=actor_of(request), today=today, window_to_day=to_day) is None


def block_of(
    meter: MeterView,
    known: MeterDials | None,
    *,
    today: date,
    may_submit: bool,
    typed: TypedSet | None = None,
    judgement: Judgement | None = None,
    errors: Sequence[str] = (),
    receipt: ReadingReceipt | None = None,
    review: SetView | None = None,
    prefix: str = "",
    automatic: Sequence[SetView] = (),
    begins: Mapping[Zone, Decimal] | None = None,
    sent: SetView | None = None,
    may_withdraw: bool = False,
) -> MeterBlock:
    """A meter with its boxes; ``judgement`` is given when the guard has something to say.

    ``sent`` is the set of today, which the boxes then stand behind. ``begins`` are values the boxes begin
    with until something is typed; else it is the last value of each dial.
    """
    if known is None:
        return MeterBlock(
            meter,
            prefix=prefix,
            hindrance=_("У прибора учёта нет начальных показаний. Мы внесём их: ничего делать не нужно."),
        )
    asked = judgement is not None
    quoted = _quote(meter, known, typed=typed, judgement=judgement, today=today)
    judgement = quoted.judgement if quoted is not None else None
    suggestion = judgement.suggestion if judgement is not None else None
    cost = quoted.cost if quoted is not None else None
    said = digest(typed.values) if typed is not None and asked else ""
    return MeterBlock(
        meter=meter,
        scales=tuple(
            _scale(known, zone, typed=typed, judgement=judgement, begins=begins or {}, prefix=prefix)
            for zone in _zones(known)
        ),
        key=str(typed.key if typed is not None and receipt is None else uuid4()),
        hindrance=_hindrance(meter, known, today=today, may_submit=may_submit),
        errors=tuple(errors),
        questions=_questions(judgement) if judgement is not None and asked else (),
        confirm=said if quoted is not None and quoted.believable else "",
        insist=said if judgement is not None and judgement.only_lower else "",
        suggest=digest(suggestion) if suggestion is not None else "",
        suggest_text=_suggest_text(judgement),
        consumption=quoted.consumption if quoted is not None else None,
        cost=cost,
        cost_lines=cost_lines(cost),
        usual=usual_range(known, today=today),
        unchanged=typed is None or all(typed.values.get(d.zone) == d.last.value for d in known.dials),
        period=rules.period_of(today, window_to_day=meter.account.provider.window_to_day),
        receipt=receipt,
        review=review,
        prefix=prefix,
        words=typed.words if typed is not None else "",
        photo_public_id=typed.photo_public_id if typed is not None else "",
        photo_error=typed.photo_error if typed is not None else "",
        automatic=tuple(automatic),
        sent=sent,
        may_withdraw=may_withdraw,
        typed=typed is not None,
    )


def _quote(
    meter: MeterView, known: MeterDials, *, typed: TypedSet | None, judgement: Judgement | None, today: date
) -> Quote | None:
    """What the typed set comes to, once it is whole or the guard has judged it."""
    if judgement is not None:
        return quote_judged(account=meter.account, meter_id=meter.meter_id, judgement=judgement, on=today)
    if typed is None or not typed.is_whole:
        return None
    return quote(account=meter.account, known=known, values=typed.values, on=today)


def _zones(known: MeterDials) -> list[Zone]:
    return [dial.zone for dial in known.dials]


def _hindrance(meter: MeterView, known: MeterDials, *, today: date, may_submit: bool) -> str:
    if not may_submit:
        return _("Вам открыт только просмотр: показания передаёт другой человек.")
    reason = operations.hindrance(
        meter, read_on=today, today=today, last_on=known.last_on, channel=rules.ReadingChannel.WEB
    )
    if reason is None:
        return ""
    return texts.explain_reason(reason, {"last_on": known.last_on})


def _scale(
    known: MeterDials,
    zone: Zone,
    *,
    typed: TypedSet | None,
    judgement: Judgement | None,
    begins: Mapping[Zone, Decimal],
    prefix: str,
) -> ScaleView:
    dial = next(dial for dial in known.dials if dial.zone == zone)
    last, value = (
        f"{shown.quantize(Decimal(1).scaleb(-dial.decimals)):f}".replace(".", ",")
        for shown in (dial.last.value, begins.get(zone, dial.last.value))
    )
    errors: list[str] = []
    if typed is not None:
        value = typed.raw.get(zone, "")
        errors = list(typed.errors.get(zone, []))
        verdict = judgement.verdicts.get(zone) if judgement is not None else None
        if verdict is not None and verdict.refusal is not None:
            errors.append(texts.explain_reason(verdict.refusal, verdict.details))
    return ScaleView(
        zone=zone,
        title=texts.scale_name(zone, dial.service),
        name=f"{prefix}value-{zone.value}",
        value=value,
        last=last,
        last_text=_("%(value)s от %(on)s")
        % {
            "value": formats.volume(dial.last.value, dial.service.unit),
            "on": formats.day(dial.last.on),
        },
        was=texts.number(dial.last.value),
        errors=errors,
    )


def _questions(judgement: Judgement) -> tuple[GuardQuestion, ...]:
    # The suggestion says the same as «far above usual», only better.
    hidden = {Doubt.ABOVE_USUAL} if judgement.suggestion is not None else set()
    return tuple(
        GuardQuestion(texts.question(doubt, judgement))
        for doubt in Doubt
        if doubt in judgement.doubts - hidden
    )


def _suggest_text(judgement: Judgement | None) -> str:
    if judgement is None or judgement.suggestion is None:
        return ""
    if Doubt.SWAPPED_ZONES in judgement.doubts:
        return _("Поменять местами")
    return _("Исправить на %(value)s") % {
        "value": ", ".join(
            texts.number(value)
            for zone, value in judgement.suggestion.items()
            if judgement.verdicts[zone].value != value
        )
    }
