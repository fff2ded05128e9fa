"""What a person typed for one meter: every scale read by the rules of the dial, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from svet.metering import texts
from svet.metering.models import Meter
from svet.metering.rules import ReadingRefused, Zone, parse_value, zones_of

LONGEST_DIGEST = 200


class TypedSet:
    """The form of one meter; ``errors`` and ``raw`` by scale, ``values`` when every scale is a number."""

    def __init__(self, data: QueryDict, *, meter: Meter) -> None:
        self._data = data
        self.meter = meter
        self.raw: dict[Zone, str] = {}
        self.errors: dict[Zone, list[str]] = {}
        self.values: dict[Zone, Decimal] = {}
        replacement = self._replacement()
        for zone in zones_of(meter.scheme):
            self._read(zone, replacement)

    def _read(self, zone: Zone, replacement: Mapping[str, str]) -> None:
        given = self._data.getlist(f"value-{zone}")
        if len(given) > 1:
            self.errors[zone] = [
                _("Это значение пришло несколько раз. Обновите страницу и введите его ещё раз.")
            ]
            return
        raw = replacement.get(zone, given[0] if given else "")
        self.raw[zone] = raw[:40]
        try:
            self.values[zone] = parse_value(
                raw, digits=self.meter.digits, decimals=self.meter.decimals, field=zone
            )
        except ReadingRefused as refused:
            self.errors[zone] = [texts.explain(refused)]

    def _replacement(self) -> dict[str, str]:
        """The guard's suggestion, when its button was pressed: it only fills the boxes."""
        text = self._data.get("suggest", "")
        if not text or len(text) > LONGEST_DIGEST:
            return {}
        return {zone: value for zone, _sign, value in (part.partition("=") for part in text.split(";"))}

    @property
    def is_whole(self) -> bool:
        """Whether every scale is a number of its dial."""
        return not self.errors and len(self.values) == len(zones_of(self.meter.scheme))

    @property
    def asks_preview(self) -> bool:
        """Whether only the consumption is asked for."""
        return self._data.get("act") == "preview" or bool(self._data.get("suggest"))

    @property
    def is_old(self) -> bool:
        """Whether the button of the unchanged readings was pressed."""
        return self._data.get("act") == "old"

    @property
    def is_confirmed(self) -> bool:
        """Whether the guard's question was answered for exactly these values."""
        return self._data.get("confirm", "") == digest(self.values)

    @cached_property
    def key(self) -> UUID:
        """The page's own key of this sending; a spoilt one is replaced."""
        try:
            return UUID(self._data.get("key", "")[:40])
        except ValueError:
            return uuid4()


def digest(values: Mapping[Zone, Decimal]) -> str:
    """Values as one text: what a confirmation or a suggestion is about."""
    return ";".join(f"{zone.value}={value.normalize():f}" for zone, value in sorted(values.items()))
