"""The course of a set like that of a parcel: where it is, when, who, why, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from svet.bills import texts as bill_texts
from svet.kernel.actors import ActorKind
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.look import formats
from svet.metering import texts
from svet.metering.queries import DisputeView, SetChange, SetView
from svet.metering.rules import DisputeState, ReadingState


@dataclass(frozen=True, slots=True)
class TrackStep:
    """A station of the track."""

    text: str
    note: str
    state: str


_BAD = frozenset(
    {ReadingState.REJECTED, ReadingState.WITHDRAWN, ReadingState.SUPERSEDED, ReadingState.CORRECTED}
)


def who(kind: ActorKind, person_id: int | None, *, reader: int | None) -> str:
    """Who did it, as the reader may know it."""
    match kind:
        case ActorKind.PERSON if person_id is not None and person_id == reader:
            return _("вы")
        case ActorKind.PERSON:
            return _("другой человек с доступом к счёту")
        case ActorKind.STAFF:
            return _("сотрудник компании")
        case _:
            return _("автоматически")


def track(
    view: SetView,
    changes: Sequence[SetChange],
    *,
    period: Month,
    reader: int | None,
    service: Service,
    bill: str = "",
    passed_over: str = "",
) -> list[TrackStep]:
    """Every station the set has passed, then those to come.

    ``bill`` is the number of the bill it is in; ``passed_over`` the receipt a bill has used in its place.
    """
    author = who(ActorKind(view.author_kind), view.author_person_id, reader=reader)
    if view.channel in ("office", "register", "automatic"):
        author = ""
    steps = (
        [] if view.entered_at is None else [TrackStep(_("Введены"), formats.moment(view.entered_at), "done")]
    )
    steps += [
        TrackStep(
            _("Получены"),
            _join(formats.moment(view.received_at), bill_texts.source_label(view.channel), author),
            "done",
        )
    ]
    steps += [_station(change, reader=reader, bill=bill, service=service) for change in changes]
    if passed_over:
        instead = _("вместо них %(receipt)s") % {"receipt": passed_over}
        return [*steps, TrackStep(_("В счёт вошли более поздние показания"), instead, "done")]
    return [*steps, *_to_come(ReadingState(view.state), period, service)]


def _station(change: SetChange, *, reader: int | None, bill: str, service: Service) -> TrackStep:
    name = str(texts.STATE_NAMES[change.after])
    by = who(change.by_kind, change.by_person_id, reader=reader)
    when = formats.moment(change.at)
    match change.after:
        case ReadingState.ACCEPTED if change.before is ReadingState.SUBMITTED:
            asked = texts.doubts_line(change.doubts, service)
            return TrackStep(
                name,
                _join(_("вы подтвердили: %(why)s") % {"why": asked} if asked else "", change.words),
                "done",
            )
        case ReadingState.UNDER_REVIEW:
            asked = texts.doubts_line(change.doubts, service)
            return TrackStep(name, _join(asked, _quoted(change.words)), "done")
        case ReadingState.USED:
            note = _join(bill_texts.month_label(change.period) if change.period else "", bill)
            return TrackStep(name, _join(when, note), "done")
        case ReadingState.CORRECTED | ReadingState.SUPERSEDED:
            receipt = change.other_receipt
            instead = _("вместо них %(receipt)s") % {"receipt": receipt} if receipt else ""
            return TrackStep(name, _join(when, by, instead, change.words), "failed")
        case _:
            return TrackStep(
                name, _join(when, by, change.words), "failed" if change.after in _BAD else "done"
            )


def _to_come(state: ReadingState, period: Month, service: Service) -> list[TrackStep]:
    named = _("Счёт за %(period)s") if service.charged_here else _("Поставщику за %(period)s")
    bill = named % {"period": formats.month(period)}
    after = _("после %(on)s") % {"on": formats.day(period.end)}
    match state:
        case ReadingState.ACCEPTED:
            return [TrackStep(bill, after, "todo")]
        case ReadingState.UNDER_REVIEW:
            decision = _("примем, исправим или отклоним с объяснением; ответ придёт в уведомлениях")
            return [TrackStep(_("Решение сотрудника"), decision, "current"), TrackStep(bill, after, "todo")]
        case _:
            return []


def dispute_track(dispute: DisputeView, *, reader: int | None) -> list[TrackStep]:
    """The stations of an objection."""
    steps = [
        TrackStep(
            str(texts.DISPUTE_STATES[step.state]),
            _join(
                formats.moment(step.at),
                who(step.by_kind, step.by_person_id, reader=reader),
                "" if step.state is DisputeState.OPEN else step.words,
            ),
            "failed" if step.state in (DisputeState.DECLINED, DisputeState.WITHDRAWN) else "done",
        )
        for step in dispute.steps
    ]
    if dispute.is_open:
        steps.append(TrackStep(_("Ответ компании"), _("придёт в уведомлениях"), "current"))
    return steps


def _quoted(words: str) -> str:
    return f"«{words}»" if words else ""


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
