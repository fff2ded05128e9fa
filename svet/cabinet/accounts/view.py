"""What «Абоненты и группы» shows: groups, accounts, passports of meters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils.functional import Promise

from svet.accounts import texts
from svet.accounts.queries import AccountCard, GroupView, provider_today
from svet.accounts.queries.terms import dated_terms
from svet.accounts.rules.terms import terms_at
from svet.cabinet.shell.session import now_of
from svet.cabinet.shell.slices import Part
from svet.metering import queries as metering
from svet.metering import rules as metering_rules
from svet.metering import texts as metering_texts
from svet.metering.events.acts import ACT_EFFECTS, ACT_NAMES
from svet.metering.queries import MeterView
from svet.metering.queries.acts import ActView, acts
from svet.metering.rules import Urgency, Verification, zones_of
from svet.tariffs import queries as tariffs


@dataclass(frozen=True, slots=True)
class Passport:
    """«Информация о приборе учета №…»."""

    meter: MeterView
    zones: str
    check: Verification
    bar_kind: str
    bar_text: str
    advice: str


@dataclass(frozen=True, slots=True)
class AccountOfPage:
    """An account of the list with its meters."""

    card: AccountCard
    passports: list[Passport]
    provider: str = ""
    #: The contract is over; one that ends on a day to come is not.
    closed: bool = False

    @property
    def urgent(self) -> Passport | None:
        """The meter whose verification is near or past."""
        near = (Urgency.SOON, Urgency.OVERDUE)
        return next((each for each in self.passports if each.check.urgency in near), None)


@dataclass(frozen=True, slots=True)
class GroupOfPage:
    """A group of the list: of ``count`` accounts those that are drawn, or where the part with them begins."""

    group: GroupView
    accounts: list[AccountOfPage]
    first: bool
    last: bool
    count: int
    elsewhere: str


#: From so many accounts on the list is one of rows, before it of cards.
ROWS_FROM = 4
_YEAR = timedelta(days=366)
_KINDS = {Urgency.CALM: "ok", Urgency.SOON: "warning", Urgency.OVERDUE: "error", Urgency.UNKNOWN: "warning"}


@dataclass(frozen=True, slots=True)
class TermsOfPage:
    """What is on file for an account, and since when all of it holds."""

    lines: list[tuple[str, str]]
    since: date


def is_over(card: AccountCard, *, request: HttpRequest) -> bool:
    """Whether the contract has ended by now."""
    return card.closed_on is not None and card.closed_on <= provider_today(card.provider, now_of(request))


def terms_on_file(card: AccountCard, *, request: HttpRequest) -> TermsOfPage | None:
    """What prices and norms of the account rest on; who lives there is told to its confirmed holder only.

    Nothing where the supplier charges by itself: its prices and norms are not known here.
    """
    if not card.provider.service.charged_here:
        return None
    today = provider_today(card.provider, now_of(request))
    history = dated_terms([card.account_id])[card.account_id]
    if not history:
        return None
    held = terms_at(history, today)
    names = dict(tariffs.groups(card.provider.region, on=today))
    lines = texts.terms_lines(held.values, group_name=names.get(held.values.tariff_group, ""))
    return TermsOfPage(lines if card.confirmed else lines[:1], held.since)


@dataclass(frozen=True, slots=True)
class ActOfPage:
    """An act about the account, and what is counted meanwhile."""

    act: ActView
    name: Promise
    effect: Promise


def acts_that_count(card: AccountCard, *, request: HttpRequest) -> list[ActOfPage]:
    """The acts that are about today or later days, and those of the last year."""
    today = provider_today(card.provider, now_of(request))
    found = acts([card.account_id], until=date.max)[card.account_id]
    return [
        ActOfPage(act, ACT_NAMES[act.kind], ACT_EFFECTS[act.kind])
        for act in reversed(found)
        if act.until is None or act.until > today - _YEAR
    ]


def passport(meter: MeterView, *, card: AccountCard, request: HttpRequest) -> Passport:
    """The passport of one meter as of today."""
    today = provider_today(card.provider, now_of(request))
    check = metering_rules.verification(
        verified_on=meter.verified_on, next_on=meter.next_verification_on, today=today
    )
    return Passport(
        meter=meter,
        zones=", ".join(metering_texts.scale_name(zone, meter.service) for zone in zones_of(meter.scheme)),
        check=check,
        bar_kind=_KINDS[check.urgency],
        bar_text=metering_texts.verification_line(check),
        advice=metering_texts.verification_advice(check, meter.service),
    )


def group_pages(request: HttpRequest, groups: list[GroupView], *, drawn: Part) -> list[GroupOfPage]:
    """All groups with the accounts that are drawn, and their passports; one query for all meters."""
    several = len({card.provider.provider_id for group in groups for card in group.cards}) > 1
    cards: dict[int, AccountCard] = {card.account_id: card for card in drawn.cards}
    passports: dict[int, list[Passport]] = {}
    for meter in metering.meters_of(account_ids=list(cards)):
        passports.setdefault(meter.account_id, []).append(
            passport(meter, card=cards[meter.account_id], request=request)
        )
    return [
        GroupOfPage(
            group=group,
            accounts=[
                AccountOfPage(
                    card,
                    passports.get(card.account_id, []),
                    card.provider.name if several else "",
                    closed=is_over(card, request=request),
                )
                for card in group.cards
                if card.account_id in cards
            ],
            first=place <= 1,
            last=place == len(groups) - 1,
            count=len(group.cards),
            elsewhere=_elsewhere(group, cards),
        )
        for place, group in enumerate(groups)
    ]


def _elsewhere(group: GroupView, drawn: Collection[int]) -> str:
    """The first account of a group none of whose accounts is drawn; a group without accounts has none."""
    if any(card.account_id in drawn for card in group.cards):
        return ""
    return next((card.public_id for card in group.cards), "")


@dataclass(frozen=True, slots=True)
class EarlierMeter:
    """A meter that stood here before, with what it showed at its end."""

    meter: MeterView
    final: str


def earlier_meters(card: AccountCard) -> list[EarlierMeter]:
    """The meters that were taken down, the last one first, with their last values."""
    gone = [
        meter
        for meter in metering.meters_of(account_ids=[card.account_id], standing_only=False)
        if meter.removed_on is not None
    ]
    finals = metering.final_values(meter_ids=[meter.meter_id for meter in gone]) if gone else {}
    return [
        EarlierMeter(
            meter,
            metering_texts.values_line(finals[meter.meter_id], meter.unit)
            if meter.meter_id in finals
            else "",
        )
        for meter in reversed(gone)
    ]


def account_passports(request: HttpRequest, card: AccountCard) -> list[Passport]:
    """The passports of one account's meters."""
    meters = metering.meters_of(account_ids=[card.account_id])
    return [passport(meter, card=card, request=request) for meter in meters]
