"""What a person typed for one meter: every scale read by the rules of the dial, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from svet.kernel.writing import plain_number
from svet.metering import texts
from svet.metering.queries import MeterView
from svet.metering.rules import ReadingRefused, Zone, parse_value, zones_of

LONGEST_DIGEST = 200
LONGEST_WORDS = 1_000
LONGEST_ID = 40


class TypedSet:
    """The form of one meter; ``errors`` and ``raw`` by scale, ``values`` when every scale is a number.

    ``prefix`` tells the fields of this meter from those of others in the same form. ``photo_public_id`` is of
    a photo that was taken in already, ``photo_error`` what was wrong with one.
    """

    def __init__(self, data: QueryDict, *, meter: MeterView, prefix: str = "") -> None:
        self._data = data
        self.meter = meter
        self.prefix = prefix
        self.raw: dict[Zone, str] = {}
        self.errors: dict[Zone, list[str]] = {}
        self.values: dict[Zone, Decimal] = {}
        self.photo_public_id = self.said("photo_id")[:LONGEST_ID]
        self.photo_error = ""
        replacement = self._replacement()
        for zone in zones_of(meter.scheme):
            self._read(zone, replacement)

    def said(self, name: str) -> str:
        """One plain field of this meter."""
        return self._data.get(f"{self.prefix}{name}", "")

    def _read(self, zone: Zone, replacement: Mapping[str, str]) -> None:
        given = self._data.getlist(f"{self.prefix}value-{zone}")
        if len(given) > 1:
            self.errors[zone] = [
                _("Это значение пришло несколько раз. Обновите страницу и введите его ещё раз.")
            ]
            return
        raw = replacement.get(zone, given[0] if given else "")
        self.raw[zone] = raw[:40]
        try:
            self.values[zone] = parse_value(
                raw,
                digits=self.meter.digits,
                decimals=self.meter.decimals,
                field=zone,
                unit=self.meter.unit,
            )
        except ReadingRefused as refused:
            self.errors[zone] = [texts.explain(refused)]

    def _replacement(self) -> dict[str, str]:
        """The guard's suggestion, when its button was pressed: it only fills the boxes."""
        text = self.said("suggest")
        if not text or len(text) > LONGEST_DIGEST:
            return {}
        return {zone: value for zone, _sign, value in (part.partition("=") for part in text.split(";"))}

    @property
    def is_whole(self) -> bool:
        """Whether every scale is a number of its dial and nothing is wrong with the photo."""
        return not self.errors and not self.photo_error and len(self.values) == len(self._zones)

    @property
    def _zones(self) -> tuple[Zone, ...]:
        return zones_of(self.meter.scheme)

    @property
    def asks_preview(self) -> bool:
        """Whether only the consumption is asked for."""
        # In a form of several meters the press is about one of them; the others only keep what was typed.
        pressed = any(name.endswith("suggest") for name in self._data)
        return self._data.get("act") == "preview" or pressed

    @property
    def is_old(self) -> bool:
        """Whether the unchanged readings were sent on purpose."""
        return self._data.get("act") == "old" or bool(self.said("old"))

    @property
    def is_confirmed(self) -> bool:
        """Whether the guard's question was answered for exactly these values."""
        return self.said("confirm") == digest(self.values)

    @property
    def insists(self) -> bool:
        """Whether the person says that the dial went down to exactly these values."""
        return self.said("insist") == digest(self.values)

    @property
    def words(self) -> str:
        """Why the values are what they are, in the person's words."""
        return self.said("words")[:LONGEST_WORDS]

    @cached_property
    def key(self) -> UUID:
        """The page's own key of this sending; a spoilt one is replaced."""
        try:
            return UUID(self.said("key")[:40])
        except ValueError:
            return uuid4()


def digest(values: Mapping[Zone, Decimal]) -> str:
    """Values as one text: what a confirmation or a suggestion is about."""
    return ";".join(f"{zone.value}={plain_number(value)}" for zone, value in sorted(values.items()))
