"""Values of a dial as a member of staff types them, by the dial's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from svet.billing.rules.drafts import DraftRefused
from svet.files import texts as file_texts
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.kernel.words import explain
from svet.look.requests import now_of
from svet.metering import operations, texts
from svet.metering.operations import SetRefused
from svet.metering.queries import MeterView
from svet.metering.rules import ReadingRefused, Zone, parse_value, zones_of

LONGEST_WORDS = 1_000


@dataclass(slots=True)
class Typed:
    """What was typed about one meter; ``errors`` by field."""

    raw: dict[str, str] = field(default_factory=dict)
    values: dict[Zone, Decimal] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    photo_public_id: str = ""

    def refuse(self, refused: Refused) -> None:
        """Put a refusal of the operation beside its field."""
        if isinstance(refused, SetRefused):
            for verdict in refused.judgement.refusals:
                self.errors[f"value-{verdict.zone}"] = texts.explain_reason(verdict.refusal, verdict.details)
            return
        self.errors[refused.field or "all"] = refusal_words(refused)

    def day(self, name: str = "read_on") -> date | None:
        """A date as browsers send it; otherwise an error stands beside it."""
        try:
            return date.fromisoformat(self.raw.get(name, "")[:10])
        except ValueError:
            self.errors[name] = texts.bad_date()
            return None


def refusal_words(refused: Refused) -> str:
    """Why the staff's word about readings does not stand."""
    return explain(refused) if isinstance(refused, DraftRefused) else texts.explain_review(refused)


def posted_text(request: HttpRequest, name: str) -> str:
    """A plain text field without invisible characters at its ends."""
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST_WORDS]


def typed_values(request: HttpRequest, meter: MeterView) -> Typed:
    """Every scale of the meter; nothing is guessed."""
    typed = Typed(raw={name: posted_text(request, name)[:40] for name in request.POST})
    for zone in zones_of(meter.scheme):
        name = f"value-{zone}"
        try:
            typed.values[zone] = parse_value(
                request.POST.get(name, ""), digits=meter.digits, decimals=meter.decimals, field=name
            )
        except ReadingRefused as refused:
            typed.errors[name] = texts.explain(refused)
    return typed


def take_photo(request: HttpRequest, typed: Typed, *, by: Actor) -> None:
    """Keep the photo of an act, if there is one; what is wrong with it stands beside the field."""
    typed.photo_public_id = posted_text(request, "photo_id")[:40]
    file = request.FILES.get("photo")
    if not isinstance(file, UploadedFile):
        return
    try:
        typed.photo_public_id = operations.keep_photo(raw=file.read(), by=by, now=now_of(request))
    except Refused as refused:
        typed.errors["photo"] = file_texts.explain(refused)


def boxes(meter: MeterView, values: Mapping[str, str], errors: Mapping[str, str]) -> list[dict[str, str]]:
    """The input of each scale for a template."""
    return [
        {
            "name": f"value-{zone}",
            "title": texts.scale_name(zone, meter.service),
            "value": values.get(f"value-{zone}", ""),
            "error": errors.get(f"value-{zone}", ""),
        }
        for zone in zones_of(meter.scheme)
    ]
