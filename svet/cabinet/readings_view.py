"""What the page «Показания» shows: blocks by meter, the guard's questions, windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.billing.queries import Preview
from svet.cabinet.readings_cost import CostLine, cost_lines_of, cost_of, usual_range
from svet.cabinet.readings_form import TypedSet, digest
from svet.cabinet.requests import now_of, person_of
from svet.kernel.periods import Month
from svet.look import formats
from svet.metering import operations, queries, rules, texts
from svet.metering.models import Meter
from svet.metering.operations import Receipt
from svet.metering.queries import MeterDials, SetView
from svet.metering.rules import Doubt, Judgement, Zone, judge
from svet.subscribers import queries as subscribers
from svet.subscribers.queries import AccountCard, GroupView, provider_today
from svet.subscribers.rules import Right


@dataclass(frozen=True, slots=True)
class Scale:
    """One row of boxes."""

    zone: Zone
    title: str
    name: str
    value: str
    last: str
    last_text: str
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Question:
    """What the guard asks."""

    text: str


@dataclass(frozen=True, slots=True)
class MeterBlock:
    """One meter of the page."""

    meter: Meter
    scales: tuple[Scale, ...] = ()
    key: str = ""
    hindrance: str = ""
    errors: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    confirm: str = ""
    suggest: str = ""
    suggest_text: str = ""
    consumption: Decimal | None = None
    cost: Preview | None = None
    cost_lines: tuple[CostLine, ...] = ()
    usual: str = ""
    unchanged: bool = True
    period: Month | None = None
    receipt: Receipt | None = None
    review: SetView | None = None

    @property
    def single(self) -> bool:
        """Whether the meter has one scale, whose name then heads the block."""
        return len(self.scales) == 1

    @property
    def failed(self) -> bool:
        """Whether something typed stands in the way."""
        return bool(self.errors) or any(scale.errors for scale in self.scales)


@dataclass(frozen=True, slots=True)
class AccountBlock:
    """An account with its meters."""

    card: AccountCard
    blocks: list[MeterBlock]


@dataclass(frozen=True, slots=True)
class WindowLine:
    """What is said of the recommended window of a provider."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A group with its accounts."""

    group: GroupView
    accounts: list[AccountBlock]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page."""

    sections: list[Section] = field(default_factory=list)
    windows: list[WindowLine] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is no account yet."""
        return not any(section.accounts for section in self.sections)


def sheet(request: HttpRequest, *, answered: MeterBlock | None = None) -> Sheet:
    """The page in a constant number of queries; ``answered`` stands in place of its meter's block."""
    groups = subscribers.cabinet(person_of(request).pk)
    cards = [card for group in groups for card in group.cards]
    account_ids = [card.account_id for card in cards]
    now = now_of(request)
    meters = queries.standing_with_accounts(account_ids=account_ids)
    days = {meter.pk: provider_today(meter.account.provider, now) for meter in meters}
    known = queries.dials(meters=meters, read_on=days)
    waiting = queries.waiting_review(account_ids=account_ids)
    submittable = {card.account_id for card in cards if Right.SUBMIT in card.rights}
    by_account: dict[int, list[MeterBlock]] = {}
    for meter in meters:
        if answered is not None and answered.meter.pk == meter.pk:
            block = answered
        else:
            block = _block(
                meter,
                known.get(meter.pk),
                today=days[meter.pk],
                may_submit=meter.account_id in submittable,
                review=waiting.get(meter.pk),
            )
        by_account.setdefault(meter.account_id, []).append(block)
    sections = [
        Section(group, [AccountBlock(card, by_account.get(card.account_id, [])) for card in group.cards])
        for group in groups
        if group.cards
    ]
    providers = {card.provider.pk: card.provider for card in cards}
    windows = [
        _window_line(
            provider_today(provider, now),
            from_day=provider.window_from_day,
            to_day=provider.window_to_day,
            name=provider.name if len(providers) > 1 else "",
        )
        for provider in providers.values()
    ]
    return Sheet(sections, windows)


def _window_line(today: date, *, from_day: int, to_day: int, name: str) -> WindowLine:
    window = rules.window(today, window_from_day=from_day, window_to_day=to_day)
    values = {
        "period": formats.month(window.period),
        "until": formats.day(window.closes_on),
        "since": formats.day(window.opens_on),
    }
    if window.state is rules.WindowState.OPEN:
        text = _("Показания войдут в счёт за %(period)s. Принимаем их до %(until)s включительно.") % values
    else:
        text = (
            _(
                "Показания войдут в счёт за %(period)s. Лучше передать их с %(since)s по %(until)s, "
                "но мы принимаем их в любой день."
            )
            % values
        )
    return WindowLine(name or _("Когда передавать"), text)


def meter_block(
    request: HttpRequest,
    *,
    meter: Meter,
    typed: TypedSet | None,
    judgement: Judgement | None = None,
    errors: Sequence[str] = (),
    receipt: Receipt | None = None,
) -> MeterBlock:
    """One meter after something was typed or sent."""
    today = provider_today(meter.account.provider, now_of(request))
    known = queries.dials(meters=[meter], read_on=today).get(meter.pk)
    return _block(
        meter,
        known,
        today=today,
        may_submit=True,
        typed=typed,
        judgement=judgement,
        errors=errors,
        receipt=receipt,
    )


def _block(
    meter: Meter,
    known: MeterDials | None,
    *,
    today: date,
    may_submit: bool,
    typed: TypedSet | None = None,
    judgement: Judgement | None = None,
    errors: Sequence[str] = (),
    receipt: Receipt | None = None,
    review: SetView | None = None,
) -> MeterBlock:
    if known is None:
        return MeterBlock(meter, hindrance=_("У прибора учёта нет начальных показаний: сообщите нам о нём."))
    if typed is not None and typed.is_whole and judgement is None:
        judgement = judge(dials=known.dials, values=typed.values, read_on=today)
        asked = False
    else:
        asked = judgement is not None
    hindrance = _hindrance(meter, known, today=today, may_submit=may_submit)
    scales = tuple(_scale(known, zone, typed=typed, judgement=judgement) for zone in _zones(known))
    window = meter.account.provider
    suggestion = judgement.suggestion if judgement is not None else None
    believable = judgement is not None and not judgement.refusals
    cost = cost_of(meter.account, judgement, today=today) if judgement is not None and believable else None
    return MeterBlock(
        meter=meter,
        scales=scales,
        key=str(typed.key if typed is not None and receipt is None else uuid4()),
        hindrance=hindrance,
        errors=tuple(errors),
        questions=_questions(judgement) if judgement is not None and asked else (),
        confirm=digest(typed.values) if typed is not None and asked and believable else "",
        suggest=digest(suggestion) if suggestion is not None else "",
        suggest_text=_suggest_text(judgement),
        consumption=sum(judgement.consumption.values(), Decimal(0))
        if judgement is not None and believable
        else None,
        cost=cost,
        cost_lines=cost_lines_of(cost),
        usual=usual_range(known, today=today),
        unchanged=typed is None or all(typed.values.get(d.zone) == d.last.value for d in known.dials),
        period=rules.period_of(today, window_to_day=window.window_to_day),
        receipt=receipt,
        review=review,
    )


def _zones(known: MeterDials) -> list[Zone]:
    return [dial.zone for dial in known.dials]


def _hindrance(meter: Meter, known: MeterDials, *, today: date, may_submit: bool) -> str:
    if not may_submit:
        return _("Вам открыт только просмотр: показания передаёт другой человек.")
    reason = operations.hindrance(
        meter, read_on=today, today=today, last_on=known.last_on, channel=rules.Channel.WEB
    )
    if reason is None:
        return ""
    return texts.explain_reason(reason, {"last_on": known.last_on})


def _scale(known: MeterDials, zone: Zone, *, typed: TypedSet | None, judgement: Judgement | None) -> Scale:
    dial = next(dial for dial in known.dials if dial.zone == zone)
    last = f"{dial.last.value.quantize(Decimal(1).scaleb(-dial.decimals)):f}"
    value, errors = last, []
    if typed is not None:
        value = typed.raw.get(zone, "")
        errors = list(typed.errors.get(zone, []))
        verdict = judgement.verdicts.get(zone) if judgement is not None else None
        if verdict is not None and verdict.refusal is not None:
            errors.append(texts.explain_reason(verdict.refusal, verdict.details))
    return Scale(
        zone=zone,
        title=str(texts.ZONE_NAMES[zone]),
        name=f"value-{zone.value}",
        value=value,
        last=last,
        last_text=_("%(value)s\u00a0кВт·ч от %(on)s")
        % {"value": texts.number(dial.last.value), "on": formats.day(dial.last.on)},
        errors=errors,
    )


def _questions(judgement: Judgement) -> tuple[Question, ...]:
    # The suggestion says the same as «far above usual», only better.
    hidden = {Doubt.ABOVE_USUAL} if judgement.suggestion is not None else set()
    return tuple(
        Question(texts.question(doubt, judgement)) for doubt in Doubt if doubt in judgement.doubts - hidden
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
