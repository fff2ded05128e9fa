"""The card «Похожие квартиры»."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.accounts.queries import AccountCard
from svet.cabinet.shell.session import actor_of
from svet.look.formats import energy
from svet.usage import texts
from svet.usage.queries import MOST_RESIDENTS, alike_of
from svet.usage.rules import AlikeGap, UsageStory


@dataclass(frozen=True, slots=True)
class AlikeShown:
    """The card of dwellings alike; ``hidden``: the person does not want it."""

    sentence: str
    group: str
    why: str
    hidden: bool
    bars: tuple[tuple[str, str, int], ...]


def alike_shown(request: HttpRequest, card: AccountCard, story: UsageStory) -> AlikeShown:
    """The last month beside dwellings alike, or why it is not."""
    found = alike_of(actor=actor_of(request), account_id=card.account_id, story=story)
    if isinstance(found, AlikeGap):
        return AlikeShown("", "", texts.alike_gap(found), found is AlikeGap.HIDDEN, ())
    most = max(found.own, found.median)
    bars = ((_("у вас"), found.own), (_("в середине"), found.median))
    return AlikeShown(
        texts.alike_sentence(found),
        texts.alike_group(found, most=MOST_RESIDENTS),
        "",
        False,
        tuple(
            (name, energy(value.quantize(Decimal(1), ROUND_HALF_UP)), max(1, round(value / most * 100)))
            for name, value in bars
        ),
    )
