"""What the screen of one account shows, gathered from the rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.accounts import queries
from svet.accounts import texts as account_texts
from svet.accounts.queries import AccountView, finding
from svet.accounts.queries.delivering import bill_addresses
from svet.accounts.queries.terms import terms_of
from svet.accounts.rules import BillDelivery, Right
from svet.arrangements import texts as promise_texts
from svet.arrangements.queries import promises_of
from svet.arrangements.queries.plans import plans_of
from svet.arrangements.rules.plans import LIVING
from svet.arrangements.texts import plans as plan_texts
from svet.autopay import queries as autopay
from svet.autopay import texts as autopay_texts
from svet.autopay.queries import AutopayView
from svet.bills import queries as bills
from svet.journal import queries as journal
from svet.journal.queries import EntryView
from svet.kernel.money import Money
from svet.kernel.services import Service
from svet.kernel.words import action_name
from svet.ledger import queries as ledger
from svet.metering import queries as metering
from svet.metering.queries import SetView
from svet.metering.rules import ReadingState
from svet.metering.texts import STATE_NAMES, scale_name
from svet.notices import queries as notices
from svet.payments import queries as payments
from svet.payments import texts as payment_texts
from svet.payments.queries import ImportedPaymentView, suspense
from svet.payments.queries.acts import acts_about
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.states import OrderState
from svet.payments.texts import giving_back as refund_texts
from svet.payments.texts.misdirected import moved_words
from svet.staff.shell.sent import shown_delivery
from svet.staffing.texts import name_in_words

#: How much of each list the screen shows.
_SOME, _MANY = 8, 40
_YEAR = timedelta(days=400)

RIGHTS: dict[Right, str | Promise] = {
    Right.VIEW: gettext_lazy("видит"),
    Right.SUBMIT: gettext_lazy("передаёт показания"),
    Right.PAY: gettext_lazy("платит"),
    Right.MANAGE: gettext_lazy("управляет"),
}
DELIVERIES: dict[str, str | Promise] = {
    BillDelivery.EMAIL.value: gettext_lazy("на e-mail"),
    BillDelivery.BOTH.value: gettext_lazy("на бумаге и на e-mail"),
    BillDelivery.PAPER.value: gettext_lazy("на бумаге"),
}


@dataclass(frozen=True, slots=True)
class Came:
    """Money that came, by whatever way; ``payment`` is the outer id of a credited payment by card."""

    at: datetime | None
    day: date | None
    number: str
    money: Money
    state: str
    payment: str = ""


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A line of the journal in words."""

    at: datetime
    who: str
    what: str | Promise
    reason: str
    security: bool


def account_screen(account: AccountView, *, now: datetime) -> dict[str, Any]:
    """The context of the page: a constant number of queries."""
    ids = [account.account_id]
    cabinets = finding.cabinets_of(account_id=account.account_id)
    letters_to = bill_addresses(ids).get(account.account_id)
    email = letters_to.email if letters_to else ""
    addresses = {address for address in (account.registry_phone, account.delivery_email, email) if address}
    latest = metering.latest(account_ids=ids)
    return {
        "account": account,
        "address": queries.shown_address(account, confirmed=True),
        "terms": account_texts.terms_lines(
            terms_of(ids, on=queries.provider_today(account.provider, now))[account.account_id]
        ),
        "delivery": DELIVERIES[account.delivery],
        "delivery_email": email,
        "balance": ledger.balance(account.account_id),
        "in_transit": payments.in_transit(ids).get(account.account_id),
        "cabinets": [
            (cabinet, [RIGHTS[right] for right in Right if right in cabinet.rights]) for cabinet in cabinets
        ],
        "meters": [
            {
                "meter": meter,
                "last": _values(latest[meter.meter_id], meter.service) if meter.meter_id in latest else None,
            }
            for meter in metering.meters_of(account_ids=ids, standing_only=False)
        ],
        "readings": [
            _values(one, account.provider.service)
            for one in metering.reading_sets(account_ids=ids, limit=_SOME)
        ],
        "bills": bills.bills(account_ids=ids, limit=_SOME),
        "autopay": [_autopay(one) for one in autopay.agreements_of_account(account.account_id, now=now)],
        "plans": [
            (plan_texts.plan_line(one), plan_texts.plan_progress(one) if one.state in LIVING else "")
            for one in plans_of(account.account_id, now=now)
        ],
        "promises": [promise_texts.promise_line(one) for one in promises_of(account.account_id)],
        "payments": _money(account.account_id, number=account.number, now=now)[:_SOME],
        "sent": [
            shown_delivery(row)
            for row in notices.deliveries_to(
                recipient_ids=[one.recipient_id for one in cabinets if one.removed_at is None],
                addresses=addresses,
                limit=_SOME,
            )
        ],
        "journal": [_line(entry) for entry in journal.entries_of_account(account.account_id, limit=_MANY)],
    }


def _autopay(found: AutopayView) -> dict[str, Any]:
    """An agreement with its words."""
    return {
        "it": found,
        "state": autopay_texts.state_name(found.state),
        "note": autopay_texts.cause_note(found.state, found.cause, sbp=found.card.is_sbp),
        "terms": autopay_texts.terms_line(found.terms),
        "turns": [(turn, autopay_texts.turn_line(turn)) for turn in found.turns[:_SOME]],
    }


def _values(found: SetView, service: Service) -> dict[str, Any]:
    """A set of readings with its words."""
    return {
        "set": found,
        "values": [(scale_name(each.zone, service), each.value, each.consumption) for each in found.values],
        "state": STATE_NAMES[ReadingState(found.state)],
    }


def _money(account_id: int, *, number: str, now: datetime) -> list[Came]:
    since = now - _YEAR
    found = payments.orders(account_ids=[account_id], since=since)
    orders = [
        Came(
            one.created_at,
            None,
            one.number,
            one.total,
            payment_texts.state_name(one.state),
            one.public_id if one.state is OrderState.CREDITED else "",
        )
        for one in found
    ]
    orders += [
        Came(refund.refunded_at, None, one.number, refund.back, _("возвращено банком"))
        for one in found
        for refund in one.refunds
    ]
    orders += [
        Came(refund.refunded_at, None, one.number, refund.back, refund_texts.refund_state(refund.state))
        for one in found
        for refund in one.promised
    ]
    banks = {source.code: source.name for source in suspense.sources()}
    registers = [
        Came(
            one.applied_at,
            date.fromisoformat(one.paid_on),
            one.external_id,
            one.money,
            _came_by(one, banks),
        )
        for one in payments.register_payments(account_ids=[account_id], since=since)
    ]
    moved = [
        Came(
            act.written_at,
            act.on,
            act.document,
            -act.money if act.account_number == number else act.money,
            moved_words(act.state, money=act.money, source=act.account_number, target=act.to_account_number),
        )
        for act in acts_about(account_id=account_id)
        if act.to_account_number and act.state is MoneyActState.POSTED and act.written_at >= since
    ]
    return sorted(
        orders + registers + moved, key=lambda one: one.day or timezone.localdate(one.at), reverse=True
    )


def _came_by(one: ImportedPaymentView, banks: Mapping[str, str]) -> str:
    """«проведён, реестр «Сбербанк»», or that the bank took it back."""
    if one.money.kopecks < 0:
        return _("отменён банком")
    name = banks.get(one.source)
    return _("проведён, реестр «%(source)s»") % {"source": name} if name else _("проведён по реестру")


def _line(entry: EntryView) -> FeedLine:
    known = {
        "person": _("клиент"),
        "staff": _("сотрудник"),
        "system": _("система"),
        "anonymous": _("без входа"),
    }
    kind = known.get(entry.actor_kind, entry.actor_kind)
    who = f"{kind}: {name_in_words(entry.actor_name)}" if entry.actor_name else kind
    return FeedLine(entry.at, who, action_name(entry.action), entry.reason, entry.security)
