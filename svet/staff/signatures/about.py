"""What a draft is about, where its facts only name it: the meter, the act, the readings under review."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from svet.billing.queries.drafts import DraftEntry
from svet.look.formats import day
from svet.metering import queries, texts
from svet.metering.events.acts import ACT_NAMES
from svet.metering.queries.acts import act_by_id

Line = tuple[str, str]


def about(entry: DraftEntry) -> list[Line]:
    """Names and values: whoever signs sees of what, not only how much."""
    facts = entry.facts
    lines = [*_meter(entry)]
    if "id" in facts and (act := act_by_id(facts["id"])) is not None:
        span = "–".join(day(each) for each in (act.since, act.until) if each)
        lines.append((_("Акт"), f"{ACT_NAMES[act.kind]} № {act.number}, {span}"))
        if act.meter_serial:
            lines.append((_("Прибор"), act.meter_serial))
    return [*lines, *_set(entry)]


def _meter(entry: DraftEntry) -> Iterator[Line]:
    named = entry.facts.get("meter")
    if named:
        for each in queries.meters_of(account_ids=[entry.account_id], standing_only=False):
            if named in (each.meter_id, each.public_id):
                yield _("Прибор"), each.serial


def _set(entry: DraftEntry) -> Iterator[Line]:
    key = entry.facts.get("set")
    if "id" in entry.facts and (dispute := queries.dispute_by_id(entry.facts["id"])) is not None:
        key = dispute.set_id
    found = queries.sets_by_id(set_ids=[key] if key else []).get(key or 0)
    if found is not None:
        values = texts.values_line({each.zone: each.value for each in found.values})
        yield _("Прибор"), found.serial
        yield _("Квитанция"), f"{found.receipt_number}, {day(found.read_on)}: {values}"
