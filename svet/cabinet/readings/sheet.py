"""What the page «Показания» shows: groups, accounts and their meters, windows, search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, GroupView, provider_today
from svet.accounts.rules import Right
from svet.cabinet.readings.block import MeterBlock, block_of, withdrawable
from svet.cabinet.shell.session import now_of, person_of
from svet.look import formats
from svet.metering import queries, rules
from svet.metering.queries import MeterView, SetView

#: From so many accounts on the page is a list of rows, before it cards.
ROWS_FROM = 4
#: From so many accounts on the page has a search, and groups but the first are folded.
MANY = 8
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
        return any(
            block.failed or block.questions or block.receipt or block.insist or block.asks_old
            for block in self.blocks
        )


@dataclass(frozen=True, slots=True)
class WindowLine:
    """What is said of the recommended window of a provider."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadingsSection:
    """A group with its accounts."""

    group: GroupView
    accounts: list[AccountBlock]

    @property
    def waiting(self) -> int:
        """How many of its accounts still have to send."""
        return sum(account.waits for account in self.accounts)


@dataclass(frozen=True, slots=True)
class ReadingsSheet:
    """The whole page; ``found`` accounts of ``accounts`` answer to the search ``asked``."""

    sections: list[ReadingsSection] = field(default_factory=list)
    windows: list[WindowLine] = field(default_factory=list)
    asked: str = ""
    accounts: int = 0
    waiting: int = 0
    only_waiting: bool = False

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
        return len(self.sendable) > 1

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
    request: HttpRequest, *, answers: dict[int, MeterBlock], prefixed: bool = False, only: str = ""
) -> ReadingsSheet:
    """The page with these blocks in their places; ``prefixed`` when all meters share one form."""
    asked = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    groups = account_queries.cabinet(person_of(request).person_id)
    cards = [
        card
        for group in groups
        for card in group.cards
        if _answers_to(card, group, asked) and only in ("", card.public_id)
    ]
    account_ids: list[int] = [card.account_id for card in cards]
    now = now_of(request)
    meters = _meters(account_ids)
    days: dict[int, date] = {meter.meter_id: provider_today(meter.account.provider, now) for meter in meters}
    known = queries.dials(meters=meters, read_on=days)
    waiting = queries.waiting_review(account_ids=account_ids)
    automatic = _automatic(meters, days)
    today = _sent_today(account_ids, days)
    submittable = {card.account_id for card in cards if Right.SUBMIT in card.rights}
    by_account: dict[int, list[MeterBlock]] = {}
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
        by_account.setdefault(meter.account_id, []).append(block)
    providers = {card.provider.provider_id: card.provider for card in cards}
    last = queries.last_sent(account_ids=account_ids)
    shown = {
        card.account_id: _account_block(
            card, by_account.get(card.account_id, []), last=last, now=now, several=len(providers) > 1
        )
        for card in cards
    }
    only_waiting = request.GET.get("show") == "waiting"
    sections = [
        ReadingsSection(
            group,
            [
                found
                for card in group.cards
                if (found := shown.get(card.account_id)) is not None
                and (found.waits or found.answered or not only_waiting)
            ],
        )
        for group in groups
    ]
    windows = [
        _window_line(
            provider_today(provider, now),
            from_day=provider.window_from_day,
            to_day=provider.window_to_day,
            name=provider.name if len(providers) > 1 else "",
        )
        for provider in providers.values()
    ]
    return ReadingsSheet(
        [section for section in sections if section.accounts],
        windows,
        asked,
        1 if only else sum(len(group.cards) for group in groups),
        sum(block.waits for block in shown.values()),
        only_waiting,
    )


def _account_block(
    card: AccountCard, blocks: list[MeterBlock], *, last: dict[int, date], now: datetime, several: bool
) -> AccountBlock:
    today, to_day = provider_today(card.provider, now), card.provider.window_to_day
    period = rules.period_of(today, window_to_day=to_day)
    after = rules.cut_off(period.plus(-1), window_to_day=to_day)
    days = [last[block.meter.meter_id] for block in blocks if block.meter.meter_id in last]
    waits = any(not block.hindrance and last.get(block.meter.meter_id, date.min) <= after for block in blocks)
    return AccountBlock(
        card,
        blocks,
        last_on=max(days, default=None),
        waits=waits,
        provider=card.provider.name if several else "",
    )


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
