"""What the page «Показания» shows: groups, accounts and their meters, windows, search."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, GroupView, provider_today
from svet.accounts.rules import Right
from svet.cabinet.readings.block import MeterBlock, block_of, withdrawable
from svet.cabinet.readings.standing import standing_of
from svet.cabinet.readings.windows import WindowLine, window_line
from svet.cabinet.shell.session import now_of, person_of
from svet.cabinet.shell.slices import Part, asked_start, part_again, part_of, query_of
from svet.look import formats
from svet.metering import queries, rules
from svet.metering.queries import MeterView, SetView

#: From so many accounts on the page is a list of rows, before it cards.
ROWS_FROM = 4
#: From so many accounts on the page has a search, and groups but the first are folded.
MANY = 8
#: So many rows are drawn with their boxes; of more, each fetches them when it is opened.
FULL = 14
LONGEST_SEARCH = 80
_AUTOMATIC_SPAN = timedelta(days=95)
_AUTOMATIC_SHOWN = 3
_MOST_FIGURES = 2


@dataclass(frozen=True, slots=True)
class AccountBlock:
    """An account with its meters; ``provider`` where the cabinet has several."""

    card: AccountCard
    blocks: list[MeterBlock]
    last_on: date | None = None
    waits: bool = False
    provider: str = ""

    @property
    def figures(self) -> str:
        """What the dials showed last; of many dials how many there are."""
        scales = [scale for block in self.blocks for scale in block.scales]
        if len(scales) > _MOST_FIGURES:
            return _("шкал: %(count)d") % {"count": len(scales)}
        return " · ".join(formats.number(Decimal(scale.last)) for scale in scales)

    @property
    def review(self) -> bool:
        """Whether the staff looks at what was sent."""
        return any(block.review is not None for block in self.blocks)

    @property
    def answered(self) -> bool:
        """Whether one of its meters has something to say about what was just typed."""
        return any(block.answered for block in self.blocks)


@dataclass(frozen=True, slots=True)
class ReadingsSection:
    """A group with its accounts."""

    group: GroupView
    accounts: list[AccountBlock]
    #: How many of its accounts still have to send, of those that are not drawn too.
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ReadingsSheet:
    """The whole page; ``found`` accounts of ``accounts`` answer to the search ``asked``."""

    sections: list[ReadingsSection] = field(default_factory=list)
    windows: list[WindowLine] = field(default_factory=list)
    asked: str = ""
    accounts: int = 0
    waiting: int = 0
    only_waiting: bool = False
    #: How many meters one may send for.
    meters: int = 0
    part: Part = field(default_factory=Part)
    #: One account of several, which was asked for.
    alone: bool = False
    #: The unit of all accounts of the cabinet; nothing where they have several.
    unit: str = ""

    @property
    def light(self) -> bool:
        """Whether a row fetches its boxes when it is opened."""
        return len(self.part.cards) > FULL

    @property
    def as_rows(self) -> bool:
        """Whether there are so many accounts that cards would hide one another."""
        return self.accounts >= ROWS_FROM

    @property
    def empty(self) -> bool:
        """Whether there is no account yet."""
        return self.accounts == 0

    @property
    def many(self) -> bool:
        """Whether there is so much that one searches."""
        return self.accounts >= MANY

    @property
    def several(self) -> bool:
        """Whether more than one meter waits for digits."""
        return self.meters > 1

    @property
    def sendable(self) -> list[MeterBlock]:
        """The meters one may send for."""
        return [
            block
            for section in self.sections
            for account in section.accounts
            for block in account.blocks
            if not block.hindrance
        ]


def sheet(request: HttpRequest, *, answered: MeterBlock | None = None, only: str = "") -> ReadingsSheet:
    """The page in a constant number of queries; ``answered`` stands in place of its meter's block.

    ``only``: the account of this id, and no other.
    """
    answers: dict[int, MeterBlock] = {} if answered is None else {answered.meter.meter_id: answered}
    return gathered(request, answers=answers, only=only)


def gathered(
    request: HttpRequest,
    *,
    answers: dict[int, MeterBlock],
    prefixed: bool = False,
    only: str = "",
    sent_from: Collection[str] = (),
) -> ReadingsSheet:
    """The page with these blocks in their places; ``prefixed`` when all meters share one form.

    Everything is asked of all accounts that search, filter and counts need; of boxes and rows only what is
    drawn. ``sent_from``: the meters of the form that was sent, which are drawn again, all of them.
    """
    asked = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    groups = account_queries.cabinet(person_of(request).person_id)
    listed = [card for group in groups for card in group.cards]
    cards = [
        card
        for group in groups
        for card in group.cards
        if (not asked or _answers_to(card, group, asked)) and only in ("", card.public_id)
    ]
    now = now_of(request)
    meters = _meters([card.account_id for card in cards])
    standing = standing_of(cards, meters, now=now)
    only_waiting = request.GET.get("show") == "waiting"
    by_filter = query_of(q=asked, show="waiting" if only_waiting else "")
    told = {block.meter.account_id for block in answers.values() if block.answered}
    fits: Collection[int] = standing.waiting | told if only_waiting else [card.account_id for card in cards]
    if prefixed and not only:
        fits = {account_id for account_id in fits if account_id in standing.sendable or account_id in told}
    if sent_from:
        again = {meter.account_id for meter in meters if meter.public_id in sent_from}
        part = part_again(cards, fits, shown=again, query=by_filter)
    else:
        part = part_of(cards, fits, start=asked_start(request), query=by_filter)
    blocks = _blocks(request, part.cards, meters, answers=answers, prefixed=prefixed)
    providers = {card.provider.provider_id: card.provider for card in cards}
    drawn = {
        card.account_id: AccountBlock(
            card,
            blocks.get(card.account_id, []),
            last_on=max(
                (
                    standing.last[block.meter.meter_id]
                    for block in blocks.get(card.account_id, [])
                    if block.meter.meter_id in standing.last
                ),
                default=None,
            ),
            waits=card.account_id in standing.waiting,
            provider=card.provider.name if len(providers) > 1 else "",
        )
        for card in part.cards
    }
    sections = [
        ReadingsSection(
            group,
            [drawn[card.account_id] for card in group.cards if card.account_id in drawn],
            sum(card.account_id in standing.waiting for card in group.cards),
        )
        for group in groups
    ]
    windows = [
        window_line(
            provider_today(provider, now),
            from_day=provider.window_from_day,
            to_day=provider.window_to_day,
            name=provider.name if len(providers) > 1 else "",
            charged_here=provider.service.charged_here,
        )
        for provider in providers.values()
    ]
    return ReadingsSheet(
        [section for section in sections if section.accounts],
        windows,
        asked,
        1 if only else len(listed),
        len(standing.waiting),
        only_waiting,
        standing.meters,
        part,
        alone=bool(only) and len(listed) > 1,
        unit=_unit_of(listed),
    )


def _unit_of(cards: Sequence[AccountCard]) -> str:
    units = {card.provider.service.unit for card in cards}
    return formats.unit_name(units.pop()) if len(units) == 1 else ""


def _blocks(
    request: HttpRequest,
    cards: Sequence[AccountCard],
    meters: Sequence[MeterView],
    *,
    answers: dict[int, MeterBlock],
    prefixed: bool,
) -> dict[int, list[MeterBlock]]:
    """By account the meters of what is drawn, with their boxes."""
    ids = {card.account_id for card in cards}
    account_ids: list[int] = list(ids)
    meters = [meter for meter in meters if meter.account_id in ids]
    now = now_of(request)
    days: dict[int, date] = {meter.meter_id: provider_today(meter.account.provider, now) for meter in meters}
    known = queries.dials(meters=meters, read_on=days)
    waiting = queries.waiting_review(account_ids=account_ids)
    automatic = _automatic(meters, days)
    today = _sent_today(account_ids, days)
    submittable = {card.account_id for card in cards if Right.SUBMIT in card.rights}
    found: dict[int, list[MeterBlock]] = {}
    for meter in meters:
        block = answers.get(meter.meter_id) or block_of(
            meter,
            known.get(meter.meter_id),
            today=days[meter.meter_id],
            may_submit=meter.account_id in submittable,
            review=waiting.get(meter.meter_id),
            prefix=f"{meter.public_id}-" if prefixed else "",
            automatic=automatic.get(meter.meter_id, ()),
            sent=today.get(meter.meter_id),
            may_withdraw=meter.meter_id in today
            and withdrawable(request, today[meter.meter_id], meter=meter, today=days[meter.meter_id]),
        )
        found.setdefault(meter.account_id, []).append(block)
    return found


def _answers_to(card: AccountCard, group: GroupView, asked: str) -> bool:
    """Whether an account is meant by the words of the search."""
    about = f"{card.number} {card.alias} {card.address} {card.provider.name} {group.name}".casefold()
    return all(word in about for word in asked.casefold().split())


def _meters(account_ids: list[int]) -> list[MeterView]:
    """The standing meters; of an account without any, the one removed last tells why it sends nothing."""
    meters = queries.with_accounts(account_ids=account_ids)
    standing = [meter for meter in meters if meter.removed_on is None]
    left = {meter.account_id: meter for meter in meters if meter.removed_on is not None}
    for meter in standing:
        left.pop(meter.account_id, None)
    return [*standing, *left.values()]


def _automatic(meters: list[MeterView], days: dict[int, date]) -> dict[int, list[SetView]]:
    """Per smart meter the readings it has sent of late, newest first."""
    smart = [meter for meter in meters if meter.smart]
    if not smart:
        return {}
    since = min(days[meter.meter_id] for meter in smart) - _AUTOMATIC_SPAN
    found: dict[int, list[SetView]] = {meter.meter_id: [] for meter in smart}
    for view in queries.reading_sets(account_ids=[meter.account_id for meter in smart], since=since):
        sent = found.get(view.meter_id)
        if sent is not None and len(sent) < _AUTOMATIC_SHOWN and view.state in rules.EFFECTIVE:
            sent.append(view)
    return found


def _sent_today(account_ids: list[int], days: dict[int, date]) -> dict[int, SetView]:
    """Per meter what a person has sent today, if it is what counts."""
    return {
        meter_id: view
        for meter_id, view in queries.latest(account_ids=account_ids).items()
        if view.read_on == days.get(meter_id)
        and view.kind == rules.ReadingKind.CUSTOMER
        and view.receipt_number
    }
