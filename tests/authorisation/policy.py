"""Who may do what: one row per route and method. A route without a row fails the build.

``may`` do it and get one of the statuses of ``ok``; ``told`` see the thing, so they are refused in words and
nothing changes; everybody else signed in gets the 404 of a thing that never was, with a line in the journal.
Somebody not signed in is sent to the entrance, or gets 401 from the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Who(StrEnum):
    ANONYMOUS = "anonymous"
    ANNA = "anna"
    BORIS_VIEW = "boris who may view"
    BORIS_SUBMIT = "boris who may submit"
    BORIS_PAY = "boris who may pay"
    BORIS_MANAGE = "boris who may manage"
    VERA = "vera"
    GALINA = "galina who is invited"
    DMITRY = "dmitry whose term with every right is over"
    EGOR = "egor who had every right and is suspended"
    OPERATOR = "an operator"
    ENGINEER = "a billing engineer"
    GUARDIAN = "an administrator of security"


NOBODY: frozenset[Who] = frozenset()
EVERYBODY = frozenset(Who)
#: Members of staff; to the cabinet and the API they are nobody, and customers are nobody to the desks.
STAFF = frozenset({Who.OPERATOR, Who.ENGINEER, Who.GUARDIAN})
OPERATOR = frozenset({Who.OPERATOR})
ENGINEER = frozenset({Who.ENGINEER})
CLERKS = frozenset({Who.OPERATOR, Who.ENGINEER})
GUARDIAN = frozenset({Who.GUARDIAN})
#: Who judges readings.
JUDGES = frozenset({Who.OPERATOR, Who.ENGINEER})
SIGNED_IN = EVERYBODY - {Who.ANONYMOUS} - STAFF
HOLDERS = SIGNED_IN - {Who.VERA, Who.GALINA, Who.DMITRY, Who.EGOR}
ANNA = frozenset({Who.ANNA})
GALINA = frozenset({Who.GALINA})
SUBMITTERS = frozenset({Who.ANNA, Who.BORIS_SUBMIT})
PAYERS = frozenset({Who.ANNA, Who.BORIS_PAY})
MANAGERS = frozenset({Who.ANNA, Who.BORIS_MANAGE})
BORISES = HOLDERS - ANNA

SHOWN = (200,)
DONE = (302, 303)
SHOWN_OR_DONE = (200, 302, 303)
ASKED = (422,)  # reached the form, which asks for what is missing


@dataclass(frozen=True, kw_only=True)
class Row:
    """One method of one route; ``{words}`` of ``body`` and ``query`` are ids of Anna's things."""

    method: str
    route: str
    may: frozenset[Who]
    ok: tuple[int, ...]
    told: frozenset[Who] = NOBODY
    told_status: tuple[int, ...] = ASKED
    body: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    scope: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} /{self.route}{self.query}{self.note and f' ({self.note})'}"


def knockers(row: Row) -> frozenset[Who]:
    """Who is worth trying: the rights of a link make no difference where nothing of an account is asked."""
    if row.may == EVERYBODY:
        return frozenset({Who.ANONYMOUS, Who.ANNA, Who.OPERATOR})
    if row.may == SIGNED_IN:
        return frozenset({Who.ANONYMOUS, Who.ANNA, Who.BORIS_VIEW, Who.VERA, Who.OPERATOR})
    if row.may <= STAFF:
        return STAFF | {Who.ANONYMOUS, Who.ANNA}
    return EVERYBODY - STAFF | OPERATOR


def get(route: str, may: frozenset[Who], ok: tuple[int, ...] = SHOWN, **more: Any) -> Row:
    return Row(method="GET", route=route, may=may, ok=ok, **more)


def post(route: str, may: frozenset[Who], ok: tuple[int, ...] = DONE, **more: Any) -> Row:
    return Row(method="POST", route=route, may=may, ok=ok, **more)


PUBLIC = [
    get("health/", EVERYBODY),
    get("ready/", EVERYBODY, (200, 503)),
    get("", EVERYBODY, SHOWN_OR_DONE),
    get("brand.css", EVERYBODY),
    get("manifest.webmanifest", EVERYBODY),
    get("favicon.ico", EVERYBODY, (301,)),
    get("offline/", EVERYBODY),
    get("service-worker.js", EVERYBODY),
    get("look/trouble/<kind>/", EVERYBODY, (404,), note="no such trouble"),
    get("robots.txt", EVERYBODY),
    get(".well-known/security.txt", EVERYBODY),
    # Nothing of the account comes back: the same answer whatever the two numbers open.
    get("quick/", EVERYBODY),
    post("quick/", EVERYBODY, ASKED),
    get("check/", EVERYBODY),
    # Whoever has the code reads what the paper says.
    get("check/<certificate_code>/", EVERYBODY),
    get("entrance/", EVERYBODY, SHOWN_OR_DONE),
    post("entrance/register/", EVERYBODY, (302, 422)),
    get("entrance/register/", EVERYBODY, SHOWN_OR_DONE),
    get("entrance/code/", EVERYBODY, SHOWN_OR_DONE),
    post("entrance/code/", EVERYBODY, (302, 422)),
    post("entrance/code/resend/", EVERYBODY),
    get("entrance/sign-in/", EVERYBODY, SHOWN_OR_DONE),
    post("entrance/sign-in/", EVERYBODY, (302, 422)),
    post("entrance/sign-out/", EVERYBODY),
    get("entrance/recover/", EVERYBODY, SHOWN_OR_DONE),
    post("entrance/recover/", EVERYBODY, (302, 422)),
    get("entrance/recover/code/", EVERYBODY, SHOWN_OR_DONE),
    post("entrance/recover/code/", EVERYBODY, (302, 422)),
    post("entrance/recover/code/resend/", EVERYBODY),
    get("entrance/recover/password/", EVERYBODY, SHOWN_OR_DONE),
    post("entrance/recover/password/", EVERYBODY, (302, 422)),
    get("entrance/recover/lost/", EVERYBODY),
    # The second step belongs to whoever has just given the right password; others are sent to the entrance.
    get("entrance/second-factor/", EVERYBODY, DONE),
    post("entrance/second-factor/", EVERYBODY),
    post("entrance/second-factor/passkey/", EVERYBODY),
    get("entrance/second-factor/lost/", EVERYBODY, DONE),
    post("entrance/second-factor/lost/", EVERYBODY),
    get("entrance/passkey/", EVERYBODY),
    post("entrance/passkey/", EVERYBODY, ASKED),
    get("agreement/<kind>/", EVERYBODY),
    get("agreement/<kind>/<version>/", EVERYBODY),
    get("help/", EVERYBODY),
    get("help/standing/", EVERYBODY),
    # Of an address what was announced for it, and nothing of an account.
    get("outages/", EVERYBODY),
    get("tariffs/", EVERYBODY),
    post("language/", EVERYBODY),
    post("appearance/", EVERYBODY),
    # Demonstrations and the builders' own machine; the settings of production have neither.
    get("look/", EVERYBODY),
    get("sandbox/", EVERYBODY, (200, 503)),
    get("sandbox/phone/", EVERYBODY, (200, 503)),
    post("sandbox/phone/send/", EVERYBODY, (302, 422, 503), body={"from": "+79000000077", "text": "4036"}),
    get("sandbox/messenger/", EVERYBODY, (200, 503)),
    post("sandbox/messenger/act/", EVERYBODY, (302, 422, 503), body={"who": "Анна", "what": "stopped"}),
    get("sandbox/messenger.json", EVERYBODY, (200, 503)),
    get("sandbox/mail/", EVERYBODY, (200, 503)),
    get("sandbox/mail/<letter>/<index>/", EVERYBODY, (200, 404, 503)),
    get("sandbox/bank/", EVERYBODY, (200, 503)),
    post("sandbox/bank/trouble/", EVERYBODY, (302, 503), body={"trouble": "calm", "n": "1"}),
    post(
        "sandbox/bank/refund/",
        EVERYBODY,
        (302, 422, 503),
        body={"payment": "00000000-0000-0000-0000-000000000000", "amount": "1,00"},
    ),
    get("sandbox/phone.json", EVERYBODY, (200, 503)),
    get("sandbox/mail.json", EVERYBODY, (200, 503)),
    get("sandbox/town.json", EVERYBODY, (200, 503)),
    # Banks knock here; what they say is never believed but asked again from the bank.
    post("callbacks/yookassa/", EVERYBODY, (400,)),
    post("callbacks/yookassa/<shop_code>/", EVERYBODY, (404,)),
    post("callbacks/tbank/", EVERYBODY, (404,)),
    post("callbacks/tbank/<shop_code>/", EVERYBODY, (404,)),
    post("callbacks/messenger/", EVERYBODY, (403, 415)),
    get("callbacks/sber/", EVERYBODY, (404,)),
    post("callbacks/sber/", EVERYBODY, (415,)),
    get("callbacks/sber/<shop_code>/", EVERYBODY, (404,)),
    post("callbacks/sber/<shop_code>/", EVERYBODY, (415,)),
]

CABINET = [
    get("accounts/", SIGNED_IN),
    get("accounts/add/", SIGNED_IN),
    post("accounts/add/", SIGNED_IN, ASKED),
    get("accounts/<account_id>/", HOLDERS),
    post(
        "accounts/<account_id>/delivery/",
        MANAGERS,
        told=BORISES - MANAGERS,
        body={"delivery": "paper"},
    ),
    post("accounts/<account_id>/alias/", HOLDERS, body={"alias": "Дача"}),
    get("accounts/<account_id>/remove/", HOLDERS),
    post("accounts/<account_id>/remove/", HOLDERS),
    # «Это не я» against somebody who added the account after Anna: only she may.
    post("accounts/<account_id>/not-me/<link_id>/", ANNA, told=BORISES, told_status=(302, 404)),
    get("accounts/<account_id>/household/", ANNA),
    post("accounts/<account_id>/household/", ANNA, body={"phone": "+79530000077", "rights": "pay"}),
    post("accounts/<account_id>/household/<link_id>/", ANNA, body={"rights": "pay"}),
    post("accounts/<account_id>/household/<link_id>/approve/", ANNA),
    post("accounts/<account_id>/household/<link_id>/revoke/", ANNA),
    post("accounts/<account_id>/household/invitations/<invitation_id>/withdraw/", ANNA),
    get("invitations/<invitation_id>/", GALINA),
    post("invitations/<invitation_id>/accept/", GALINA),
    post("invitations/<invitation_id>/refuse/", GALINA),
    post("groups/new/", SIGNED_IN, body={"name": "Дача"}),
    post("groups/<group_id>/rename/", ANNA, body={"name": "Дача"}),
    post("groups/<group_id>/delete/", ANNA),
    post("groups/<group_id>/fold/", ANNA, body={"folded": "yes"}),
    post("groups/<group_id>/move/", ANNA, body={"to": "up"}),
    get("readings/", SIGNED_IN),
    get("accounts/<account_id>/absence/", SUBMITTERS),
    post("accounts/<account_id>/absence/", SUBMITTERS, ASKED),
    post("accounts/<account_id>/absence/end/", SUBMITTERS),
    get("readings/kept/", EVERYBODY),
    post("readings/<meter_id>/kept/", SUBMITTERS, SHOWN, body={"act": "new", "value-single": "1400"}),
    get("readings/receipt/<set_id>/", HOLDERS),
    post("readings/receipt/<set_id>/withdraw/", SUBMITTERS, body={"reason": "ошибка"}),
    get("readings/all/", SIGNED_IN),
    get("accounts/<account_id>/readings/", HOLDERS),
    get("today/calendar.ics", SIGNED_IN),
    get("readings/file/", SIGNED_IN),
    post("readings/file/", SIGNED_IN, ASKED),
    get("readings/file/readings.csv", SIGNED_IN),
    post("readings/all/", SIGNED_IN, SHOWN, body={"act": "new"}),
    # Only its author corrects a set; who may send as well is told so.
    get("readings/receipt/<set_id>/correct/", ANNA, told=SUBMITTERS - ANNA, told_status=(302,)),
    post(
        "readings/receipt/<set_id>/correct/",
        ANNA,
        (302, 422),
        told=SUBMITTERS - ANNA,
        body={"act": "new", "value-single": "1310"},
    ),
    post("readings/receipt/<set_id>/photo/", SUBMITTERS, ASKED),
    # Anna has objected already: a second objection is refused in words.
    post("readings/receipt/<control_id>/object/", SUBMITTERS, ASKED, body={"words": "нет"}),
    post("readings/receipt/<control_id>/object/withdraw/", ANNA),
    get("readings/photos/<photo_id>.jpg", HOLDERS),
    post("readings/<meter_id>/", SUBMITTERS, body={"act": "new", "value-single": "1400"}),
    post("readings/<meter_id>/preview/", SUBMITTERS, SHOWN, body={"value-single": "1400"}),
    get("today/", SIGNED_IN),
    get("accounts/<account_id>/readings/same/", HOLDERS),
    post("accounts/<account_id>/readings/same/", HOLDERS, ASKED),
    get("accounts/<account_id>/reminder/", HOLDERS),
    post("accounts/<account_id>/reminder/", HOLDERS, ASKED),
    post("accounts/<account_id>/reminder/stop/", HOLDERS),
    get("simple/", SIGNED_IN),
    get("simple/sections/", SIGNED_IN),
    get("simple/settings/", SIGNED_IN),
    post("simple/settings/", SIGNED_IN, ASKED),
    post("simple/keep/", SIGNED_IN),
    post("simple/off/", SIGNED_IN),
    get("accounts/<account_id>/simple/", HOLDERS),
    post("accounts/<account_id>/simple/", HOLDERS, ASKED),
    get("payment/", SIGNED_IN),
    get("payment/pay/", SIGNED_IN, DONE),
    post(
        "payment/pay/",
        PAYERS,
        body={"tick": "{account_id}", "amount-{account_id}": "10,00", "key": "{key}"},
    ),
    get("payment/orders/<order_id>/", ANNA),
    post("payment/orders/<order_id>/parts/", ANNA, body={"act": "stop"}),
    get("payment/orders/<order_id>/back/", ANNA),
    post("payment/orders/<order_id>/back/", ANNA, ASKED, note="nothing of it is overpaid"),
    get("payment/orders/<order_id>/move/", ANNA),
    post("payment/orders/<order_id>/move/", ANNA, ASKED),
    get("payment/promise/", SIGNED_IN),
    get("payment/promise/<account_id>/", PAYERS),
    post("payment/promise/<account_id>/", PAYERS, ASKED),
    get("payment/instalments/<account_id>/", PAYERS),
    post("payment/instalments/<account_id>/", PAYERS, ASKED),
    get("payment/cards/", SIGNED_IN),
    post("payment/cards/<card_id>/name/", ANNA, body={"name": "Семейная"}),
    post("payment/cards/<card_id>/unbind/", ANNA),
    post("payment/bindings/", PAYERS, body={"account": "{account_id}"}),
    get("payment/bindings/<binding_id>/", ANNA),
    get("payment/asking/", SIGNED_IN),
    post("payment/asking/", SIGNED_IN, body={"unasked": "100"}),
    get("autopay/", SIGNED_IN),
    get("autopay/new/", SIGNED_IN),
    post("autopay/new/", SIGNED_IN, ASKED),
    get("autopay/<autopay_id>/", ANNA),
    post("autopay/<autopay_id>/decide/", ANNA, body={"act": "pause"}),
    get("autopay/skip/<skip_key>/", EVERYBODY),
    post("autopay/skip/<skip_key>/", EVERYBODY, SHOWN),
    get("history/", SIGNED_IN),
    get("history/export.csv", SIGNED_IN),
    get("history/export.xlsx", SIGNED_IN),
    get("bills/", SIGNED_IN),
    get("bills/", HOLDERS, query="?account={account_id}"),
    get("bills/<bill_id>/", HOLDERS),
    get("bills/<bill_id>.pdf", HOLDERS),
    get("bills/<bill_id>.json", HOLDERS),
    get("accounts/<account_id>/charges/", HOLDERS),
    get("accounts/<account_id>/reconciliation.pdf", HOLDERS, query="?since=2026-01-01&until=2026-10-31"),
    get("accounts/<account_id>/reconciliation.xlsx", HOLDERS, query="?since=2026-01-01&until=2026-10-31"),
    get("accounts/<account_id>/reconciliation.pdf", HOLDERS, ASKED, note="no days"),
    get("accounts/<account_id>/reconciliation.xlsx", HOLDERS, ASKED, note="no days"),
    post("accounts/<account_id>/certificates/", HOLDERS, (302, 422)),
    get("accounts/<account_id>/certificates/<certificate_id>.pdf", HOLDERS),
    get("accounts/<account_id>/consumption/", HOLDERS),
    post("accounts/<account_id>/consumption/", HOLDERS, (302, 422)),
    get("accounts/<account_id>/consumption/<consumption_id>.pdf", HOLDERS),
    get("accounts/<account_id>/consumption/<consumption_id>.xlsx", HOLDERS),
    get("accounts/<account_id>/what-if/", HOLDERS),
    get("accounts/<account_id>/usage/", HOLDERS),
    get("accounts/<account_id>/usage.csv", HOLDERS),
    get("accounts/<account_id>/usage.xml", HOLDERS),
    post("accounts/<account_id>/usage/alike/", HOLDERS),
    get("accounts/<account_id>/usage/<year>/", HOLDERS),
    get("accounts/<account_id>/usage/budget/", HOLDERS, DONE),
    post("accounts/<account_id>/usage/budget/", HOLDERS, ASKED),
    post("accounts/<account_id>/usage/budget/off/", HOLDERS),
    get("profile/", SIGNED_IN),
    get("profile/person/", SIGNED_IN, SHOWN_OR_DONE),
    post("profile/person/", SIGNED_IN, (200, 302, 422)),
    get("profile/notifications/", SIGNED_IN, SHOWN_OR_DONE),
    post("profile/notifications/", SIGNED_IN, (200, 302, 422)),
    # To a stranger's script it says that nobody is signed in.
    get("profile/browsers/", EVERYBODY),
    post("profile/browsers/", SIGNED_IN, ASKED),
    post("profile/browsers/<browser_id>/hide/", ANNA),
    get("profile/messenger/", SIGNED_IN, DONE),
    # It makes a link for whoever is signed in; who has one connected already is led back.
    post("profile/messenger/", SIGNED_IN, SHOWN_OR_DONE),
    post("profile/messenger/off/", SIGNED_IN),
    get("profile/password/", SIGNED_IN),
    post("profile/password/", SIGNED_IN, ASKED),
    get("profile/email/", SIGNED_IN),
    post("profile/email/", SIGNED_IN, ASKED),
    get("profile/email/code/", SIGNED_IN, SHOWN_OR_DONE),
    post("profile/email/code/", SIGNED_IN, (302, 422)),
    post("profile/email/code/resend/", SIGNED_IN),
    get("profile/phone/", SIGNED_IN),
    post("profile/phone/", SIGNED_IN, ASKED),
    get("profile/phone/codes/", SIGNED_IN, SHOWN_OR_DONE),
    post("profile/phone/codes/", SIGNED_IN, (302, 422)),
    get("profile/devices/", SIGNED_IN),
    post("profile/devices/end-elsewhere/", SIGNED_IN),
    post("profile/devices/<device_id>/end/", ANNA),
    post("profile/devices/<device_id>/distrust/", ANNA),
    get("profile/confirm/", SIGNED_IN),
    post("profile/confirm/", SIGNED_IN, ASKED),
    # What changes the way in asks the password first: without it everybody is sent to give it.
    get("profile/second-factor/", SIGNED_IN),
    get("profile/second-factor/app/", SIGNED_IN, DONE),
    post("profile/second-factor/app/", SIGNED_IN),
    post("profile/second-factor/app/off/", SIGNED_IN),
    post("profile/second-factor/codes/", SIGNED_IN),
    get("profile/second-factor/passkey/", SIGNED_IN, DONE),
    post("profile/second-factor/passkey/", SIGNED_IN),
    post("profile/second-factor/passkeys/<passkey_id>/name/", SIGNED_IN, body={"name": "Телефон"}),
    post("profile/second-factor/passkeys/<passkey_id>/remove/", SIGNED_IN),
    get("profile/data/", SIGNED_IN),
    get("profile/data/copy.json", SIGNED_IN, DONE),
    get("profile/data/copy/", SIGNED_IN, DONE),
    get("profile/data/delete/", SIGNED_IN),
    post("profile/data/delete/", SIGNED_IN, ASKED),
    get("profile/office/", SIGNED_IN),
    post("profile/office/<request_id>/withdraw/", ANNA),
    get("profile/phone/lost/", SIGNED_IN),
    post("profile/phone/lost/", SIGNED_IN, ASKED),
    get("profile/phone/lost/code/", SIGNED_IN, SHOWN_OR_DONE),
    post("profile/phone/lost/code/", SIGNED_IN, (302, 422)),
    post("profile/phone/lost/code/resend/", SIGNED_IN),
    get("entrance/agreements/", SIGNED_IN, SHOWN_OR_DONE),
    post("entrance/agreements/", SIGNED_IN, (302, 422)),
    get("profile/consents/", SIGNED_IN),
    post("profile/consents/<kind>/<verb>/", SIGNED_IN),
    get("profile/tokens/", SIGNED_IN),
    post("profile/tokens/", SIGNED_IN, ASKED),
    post("profile/tokens/<token_id>/revoke/", ANNA),
    get("profile/webhooks/", SIGNED_IN),
    post("profile/webhooks/", SIGNED_IN, ASKED),
    get("profile/webhooks/<webhook_id>/", ANNA),
    post("profile/webhooks/<webhook_id>/rotate/", ANNA, SHOWN_OR_DONE),
    post("profile/webhooks/<webhook_id>/remove/", ANNA),
    post("profile/webhooks/<webhook_id>/ping/", ANNA),
    post("profile/webhooks/<webhook_id>/on/", ANNA),
    post("profile/webhooks/<webhook_id>/calls/<call_id>/repeat/", ANNA),
    get("help/appeals/", SIGNED_IN),
    get("help/appeals/new/", SIGNED_IN),
    post("help/appeals/new/", SIGNED_IN, ASKED),
    get("help/appeals/photos/<appeal_photo_id>.jpg", ANNA),
    get("help/appeals/<appeal_id>/", ANNA),
    post("help/appeals/<appeal_id>/", ANNA, body={"words": "Вот ещё", "key": "{key}"}),
    post("help/appeals/<appeal_id>/close/", ANNA),
    get("bell/", SIGNED_IN),
    post("bell/read/", SIGNED_IN),
    post("bell/<notice_id>/", ANNA),
]

DESKS = [
    get("staff/sign-in/", EVERYBODY, SHOWN_OR_DONE),
    post("staff/sign-in/", EVERYBODY, ASKED),
    get("staff/second-factor/", EVERYBODY, DONE),
    post("staff/second-factor/", EVERYBODY, DONE),
    # Without a service there is none to go to; with one, whoever comes back must be a member.
    get("staff/sign-in/provider/", EVERYBODY, DONE),
    get("staff/sign-in/provider/back/", EVERYBODY, DONE),
    post("staff/sign-out/", EVERYBODY),
    get("staff/", STAFF),
    get("staff/keys/", STAFF),
    get("staff/password/", STAFF),
    post("staff/password/", STAFF, ASKED),
    get("staff/readings/", JUDGES),
    post("staff/readings/decide/", JUDGES, body={"act": "accept"}),
    # Anna's set waits for nobody: the desk says so and shows the queue.
    post("staff/readings/<set_id>/decide/", JUDGES, body={"act": "reject", "reason": "опечатка"}),
    get("staff/readings/photos/<photo_id>.jpg", JUDGES),
    get("staff/controls/", JUDGES),
    post("staff/controls/", JUDGES, DONE, body={"q": "115268446"}),
    get("staff/controls/<meter_id>/", JUDGES),
    post("staff/controls/<meter_id>/", JUDGES, ASKED, body={"value-single": "1400"}),
    get("staff/disputes/", JUDGES),
    post("staff/disputes/<dispute_id>/", JUDGES, body={"act": "check", "words": "Придём завтра"}),
    get("staff/acts/", CLERKS),
    get("staff/accounts/<account_id>/acts/", CLERKS),
    post("staff/accounts/<account_id>/acts/", CLERKS, ASKED),
    post("staff/acts/<act_id>/sign/", CLERKS),
    post("staff/acts/<act_id>/end/", CLERKS, body={"number": "18", "on": "2026-11-20"}),
    post("staff/acts/<act_id>/withdraw/", CLERKS, body={"reason": "ошибка в адресе"}),
    get("staff/money/", ENGINEER),
    post("staff/money/", ENGINEER, DONE, body={"q": "300"}),
    get("staff/money/orders/<order_case_id>/", ENGINEER),
    post("staff/money/orders/<order_case_id>/", ENGINEER, body={"act": "cancel", "reason": "денег не было"}),
    get("staff/money/callbacks/<callback_id>/", ENGINEER),
    post("staff/money/callbacks/<callback_id>/", ENGINEER, body={"act": "close", "reason": "вернули"}),
    get("staff/money/rows/<row_id>/", ENGINEER),
    get("staff/accounts/<account_id>/money/", ENGINEER),
    post("staff/accounts/<account_id>/money/", ENGINEER, ASKED),
    get("staff/money/acts/<money_act_id>/", ENGINEER),
    post("staff/money/acts/<money_act_id>/", ENGINEER, ASKED, body={"act": "refuse"}),
    post("staff/money/rows/<row_id>/", ENGINEER, body={"act": "back", "back-reason": "просил банк"}),
    get("staff/money/payments/<credited_order_id>/", ENGINEER),
    post("staff/money/payments/<credited_order_id>/", ENGINEER, ASKED),
    get("staff/money/payments/<credited_order_id>/receipt/", ENGINEER),
    post("staff/money/payments/<credited_order_id>/receipt/", ENGINEER, ASKED),
    get("staff/money/payments/<credited_order_id>/chargeback/", ENGINEER),
    post("staff/money/payments/<credited_order_id>/chargeback/", ENGINEER, ASKED),
    get("staff/money/chargebacks/<chargeback_id>/", ENGINEER),
    post("staff/money/chargebacks/<chargeback_id>/", ENGINEER, ASKED, body={"act": "won"}),
    post("staff/money/receipts/", ENGINEER, DONE, body={"reason": "receipt_refused"}),
    get("staff/money/receipts/<receipt_id>/", ENGINEER),
    post("staff/money/receipts/<receipt_id>/", ENGINEER, DONE),
    get("staff/money/refunds/<refund_id>/", ENGINEER),
    post("staff/money/refunds/<refund_id>/", ENGINEER, ASKED, body={"act": "withdraw"}),
    get("staff/money/plans/<plan_id>/", ENGINEER),
    post("staff/money/plans/<plan_id>/", ENGINEER, ASKED, body={"act": "refuse"}),
    get("staff/money/statement-rows/<statement_row_id>/", ENGINEER),
    post("staff/money/statement-rows/<statement_row_id>/", ENGINEER, ASKED, body={"act": "aside"}),
    get("staff/money/days/", ENGINEER),
    post("staff/money/days/", ENGINEER, ASKED),
    get("staff/registers/", ENGINEER),
    post("staff/registers/", ENGINEER, ASKED),
    get("staff/registers/sources/", ENGINEER),
    post("staff/registers/sources/", ENGINEER, ASKED),
    get("staff/registers/<loaded_id>/", ENGINEER),
    post("staff/registers/<loaded_id>/", ENGINEER, body={"act": "throw"}),
    get("staff/registers/<loaded_id>/rejects/", ENGINEER),
    get("staff/billing/", ENGINEER),
    get("staff/billing/problems/", ENGINEER),
    get("staff/billing/decisions/", ENGINEER),
    get("staff/decisions/<decision_id>/", ENGINEER),
    post("staff/decisions/<decision_id>/", ENGINEER, DONE, body={"act": "none"}),
    get("staff/accounts/<account_id>/decisions/", ENGINEER),
    post("staff/accounts/<account_id>/decisions/", ENGINEER, ASKED),
    get("staff/houses/", ENGINEER),
    get("staff/houses/<house_id>/", ENGINEER),
    post("staff/houses/<house_id>/", ENGINEER, ASKED),
    get("staff/billing/tariffs/", ENGINEER),
    get("staff/billing/policy/", ENGINEER),
    post("staff/billing/policy/", ENGINEER, ASKED),
    get("staff/billing/penalties/", ENGINEER),
    post("staff/billing/penalties/", ENGINEER, ASKED),
    get("staff/billing/money-limits/", ENGINEER),
    post("staff/billing/money-limits/", ENGINEER, ASKED),
    get("staff/billing/law/", ENGINEER),
    post("staff/billing/law/", ENGINEER, ASKED),
    get("staff/billing/<code>/<period>/", ENGINEER),
    post("staff/billing/<code>/<period>/", ENGINEER, DONE, body={"act": "dry_run"}),
    get("staff/billing/<code>/<period>/dry-run/", ENGINEER),
    get("staff/billing/<code>/<period>/dry-run.csv", ENGINEER),
    get("staff/billing/<code>/<period>/problems/", ENGINEER),
    post("staff/billing/<code>/<period>/problems/", ENGINEER, DONE, body={"account": "{account_id}"}),
    get("staff/billing/<code>/<period>/problems.csv", ENGINEER),
    get("staff/printing/", ENGINEER),
    get("staff/printing/<batch_id>/bills.pdf", ENGINEER),
    get("staff/printing/<batch_id>/register.csv", ENGINEER),
    get("staff/printing/<batch_id>/control.pdf", ENGINEER),
    get("staff/accounts/", OPERATOR | ENGINEER),
    post("staff/accounts/", OPERATOR | ENGINEER, DONE, body={"q": "ул. Мира"}),
    get("staff/accounts/<account_id>/", OPERATOR | ENGINEER),
    get("staff/accounts/<account_id>/penalties/", OPERATOR | ENGINEER),
    get(
        "staff/accounts/<account_id>/reconciliation.pdf",
        OPERATOR | ENGINEER,
        query="?since=2026-01-01&until=2026-10-31",
    ),
    get("staff/accounts/<account_id>/reconciliation.xlsx", OPERATOR | ENGINEER, ASKED),
    post("staff/accounts/<account_id>/certificates/", OPERATOR | ENGINEER, (302, 422)),
    get("staff/accounts/<account_id>/certificates/<certificate_id>.pdf", OPERATOR | ENGINEER),
    get("staff/accounts/<account_id>/terms/", CLERKS),
    post("staff/accounts/<account_id>/terms/", CLERKS, ASKED),
    get("staff/accounts/<account_id>/end/", CLERKS),
    post("staff/accounts/<account_id>/end/", CLERKS, ASKED),
    get("staff/deliveries/", OPERATOR | GUARDIAN),
    post("staff/deliveries/", OPERATOR | GUARDIAN, DONE, body={"to": "+79001112233"}),
    get("staff/requests/", OPERATOR | GUARDIAN),
    post("staff/requests/new/", OPERATOR | GUARDIAN, ASKED),
    get("staff/requests/new/code/", OPERATOR | GUARDIAN, DONE),
    post("staff/requests/new/code/", OPERATOR | GUARDIAN),
    post(
        "staff/requests/<request_id>/sign/",
        OPERATOR | GUARDIAN,
        body={"{request_id}-reason": "паспорт сверен"},
    ),
    post(
        "staff/requests/<request_id>/refuse/",
        OPERATOR | GUARDIAN,
        body={"{request_id}-reason": "не пришёл с паспортом"},
    ),
    get("staff/outages/", OPERATOR),
    get("staff/outages/new/", OPERATOR),
    post("staff/outages/new/", OPERATOR, ASKED),
    get("staff/outages/<outage_id>/", OPERATOR),
    post("staff/outages/<outage_id>/", OPERATOR, ASKED, body={"act": "cancel"}),
    get("staff/limits/", OPERATOR | GUARDIAN),
    # A bucket of the world's that is full; the reason stands under its own name.
    post(
        "staff/limits/<bucket_id>/unblock/",
        OPERATOR | GUARDIAN,
        body={"{bucket_id}-reason": "просит человек"},
    ),
    get("staff/appeals/", CLERKS),
    get("staff/appeals/photos/<appeal_photo_id>.jpg", CLERKS),
    get("staff/appeals/<appeal_id>/", CLERKS),
    post("staff/appeals/<appeal_id>/take/", CLERKS),
    post("staff/appeals/<appeal_id>/answer/", CLERKS, body={"words": "Пересчитали", "key": "{key}"}),
    get("staff/links/", OPERATOR),
    get("staff/links/<account_id>/", OPERATOR),
    post("staff/links/<link_id>/close/", OPERATOR, body={"reason": "чужой человек"}),
    post("staff/links/<link_id>/end-sessions/", OPERATOR, body={"reason": "телефон украли"}),
    post("staff/links/<link_id>/confirm/", OPERATOR, body={"reason": "пришла сама", "document": "паспорт"}),
    post("staff/links/<link_id>/view/", OPERATOR, body={"reason": "спрашивает о счёте"}),
    post("staff/links/view/end/", STAFF),
    post("staff/links/<suspended_id>/restore/", OPERATOR, body={"reason": "ошиблись кнопкой"}),
    post("staff/links/<account_id>/hand-over/", OPERATOR, ASKED),
    get("staff/meters/<meter_id>/replace/", OPERATOR),
    post("staff/meters/<meter_id>/replace/", OPERATOR, ASKED),
    get("staff/members/", GUARDIAN),
    get("staff/state/", GUARDIAN),
    post("staff/state/", GUARDIAN, DONE, body={"job": "1"}),
    get("staff/viewed/", GUARDIAN),
    post("staff/viewed/", GUARDIAN, DONE, body={"account": "0356067000"}),
    post("staff/members/new/", GUARDIAN, ASKED),
    post(
        "staff/members/<member_id>/role/",
        GUARDIAN,
        body={"{member_id}-role": "billing", "{member_id}-reason": "перешла в расчёты"},
    ),
    post("staff/members/<member_id>/disable/", GUARDIAN, body={"{member_id}-reason": "уволилась"}),
    post("staff/members/<member_id>/enable/", GUARDIAN, body={"{member_id}-reason": "вернулась"}),
    post(
        "staff/members/<member_id>/forget-identity/", GUARDIAN, body={"{member_id}-reason": "другая запись"}
    ),
    post("staff/members/<member_id>/forget-factor/", GUARDIAN, body={"{member_id}-reason": "новый телефон"}),
]

V1 = "api/v1/"
_READ, _WRITE, _HOUSEHOLD = "accounts:read", "readings:write", "household:write"
_CABINET = "cabinet:write"
_PAYMENT = {"lines": [{"account_id": "{account_id}", "amount_kopecks": 1000}]}

_BROWSER = {"endpoint": "https://evil.example/", "p256dh": "x", "auth": "x"}
API = [
    get(V1, EVERYBODY),
    get(f"{V1}openapi.json", EVERYBODY),
    post(f"{V1}registrations", EVERYBODY, ASKED),
    post(f"{V1}registrations/<flow>/confirm", EVERYBODY, ASKED, body={"code": "000000"}),
    post(f"{V1}recoveries", EVERYBODY, ASKED),
    post(f"{V1}recoveries/<flow>/confirm", EVERYBODY, ASKED, body={"code": "000000"}),
    post(f"{V1}recoveries/<flow>/password", EVERYBODY, ASKED, body={"password": "Kx7#mVq2p"}),
    post(f"{V1}tokens", EVERYBODY, ASKED),
    get(f"{V1}tokens", SIGNED_IN, scope=_READ),
    # Both ask the password, which nobody gives here.
    post(f"{V1}me/data", SIGNED_IN, ASKED, body={"password": "Wrong#pass1"}, scope=_READ),
    post(f"{V1}me/delete", SIGNED_IN, ASKED, body={"password": "Wrong#pass1"}, scope=_CABINET),
    Row(method="DELETE", route=f"{V1}tokens/<token_id>", may=ANNA, ok=(204,), scope="tokens:write"),
    get(f"{V1}webhooks", SIGNED_IN, scope=_READ),
    post(f"{V1}webhooks", SIGNED_IN, ASKED, body={"url": "http://x", "events": ["ping"]}, scope=_CABINET),
    Row(method="DELETE", route=f"{V1}webhooks/<webhook_id>", may=ANNA, ok=(204,), scope=_CABINET),
    post(f"{V1}webhooks/<webhook_id>/ping", ANNA, (202,), scope=_CABINET),
    post(f"{V1}webhooks/<webhook_id>/rotate", ANNA, SHOWN, scope=_CABINET),
    post(f"{V1}webhooks/<webhook_id>/on", ANNA, SHOWN, scope=_CABINET),
    get(f"{V1}webhooks/<webhook_id>/calls", ANNA, scope=_READ),
    post(f"{V1}webhooks/<webhook_id>/calls/<call_id>/repeat", ANNA, (202,), scope=_CABINET),
    get(f"{V1}me/notifications", SIGNED_IN, scope=_READ),
    post(f"{V1}me/notifications", SIGNED_IN, SHOWN, scope=_CABINET),
    get(f"{V1}me/browsers", SIGNED_IN, scope=_READ),
    post(f"{V1}me/browsers", SIGNED_IN, ASKED, body=_BROWSER, scope=_CABINET),
    Row(method="DELETE", route=f"{V1}me/browsers/<browser_id>", may=ANNA, ok=(204,), scope=_CABINET),
    get(f"{V1}me", SIGNED_IN, scope=_READ),
    get(f"{V1}accounts", SIGNED_IN, scope=_READ),
    post(
        f"{V1}accounts",
        SIGNED_IN,
        ASKED,
        body={"account_number": "9999999999", "meter_number": "999999"},
        scope=_WRITE,
    ),
    get(f"{V1}accounts/<account_id>", HOLDERS, scope=_READ),
    post(f"{V1}accounts/<account_id>", HOLDERS, SHOWN, body={"alias": "Дача"}, scope=_CABINET),
    Row(method="DELETE", route=f"{V1}accounts/<account_id>", may=HOLDERS, ok=(204,), scope=_CABINET),
    post(
        f"{V1}accounts/<account_id>/delivery",
        MANAGERS,
        SHOWN,
        told=BORISES - MANAGERS,
        body={"delivery": "paper"},
        scope=_CABINET,
    ),
    get(f"{V1}accounts/<account_id>/absence", SUBMITTERS, scope="readings:read"),
    post(
        f"{V1}accounts/<account_id>/absence",
        SUBMITTERS,
        (201,),
        body={"from_on": "{tomorrow}", "until_on": "{in_a_month}", "plan": "send"},
        scope=_WRITE,
    ),
    Row(method="DELETE", route=f"{V1}accounts/<account_id>/absence", may=SUBMITTERS, ok=(204,), scope=_WRITE),
    get(f"{V1}groups", SIGNED_IN, scope=_READ),
    post(f"{V1}groups", SIGNED_IN, (201,), body={"name": "Родня"}, scope=_CABINET),
    post(f"{V1}groups/<group_id>", ANNA, SHOWN, body={"folded": True}, scope=_CABINET),
    Row(method="DELETE", route=f"{V1}groups/<group_id>", may=ANNA, ok=(204,), scope=_CABINET),
    get(f"{V1}accounts/<account_id>/household", ANNA, scope=_READ),
    post(f"{V1}accounts/<account_id>/household/<link_id>/approve", ANNA, SHOWN, scope=_HOUSEHOLD),
    post(
        f"{V1}accounts/<account_id>/invitations",
        ANNA,
        (201,),
        body={"phone": "+79530000077", "rights": ["pay"]},
        scope=_HOUSEHOLD,
    ),
    post(
        f"{V1}accounts/<account_id>/household/<link_id>",
        ANNA,
        SHOWN,
        body={"rights": ["pay"]},
        scope=_HOUSEHOLD,
    ),
    Row(
        method="DELETE",
        route=f"{V1}accounts/<account_id>/household/<link_id>",
        may=ANNA,
        ok=(204,),
        scope=_HOUSEHOLD,
    ),
    get(f"{V1}invitations", SIGNED_IN, scope=_READ),
    post(f"{V1}invitations/<invitation_id>/accept", GALINA, (201,), scope=_HOUSEHOLD),
    Row(
        method="DELETE",
        route=f"{V1}invitations/<invitation_id>",
        may=ANNA | GALINA,
        ok=(204,),
        scope=_HOUSEHOLD,
    ),
    get(f"{V1}meters", SIGNED_IN, scope="readings:read"),
    post(
        f"{V1}meters/<meter_id>/preview",
        HOLDERS,
        SHOWN,
        body={"values": {"single": "1400"}},
        scope="readings:read",
    ),
    post(
        f"{V1}meters/<meter_id>/readings",
        SUBMITTERS,
        (201,),
        body={"values": {"single": "1400"}},
        scope=_WRITE,
    ),
    get(f"{V1}readings", SIGNED_IN, scope="readings:read"),
    # Each set has its own answer inside: 404 for a stranger's meter.
    post(
        f"{V1}readings",
        SIGNED_IN,
        SHOWN,
        body={"sets": [{"meter_id": "{meter_id}", "values": {"single": "1400"}}]},
        scope=_WRITE,
    ),
    get(f"{V1}readings/<set_id>", HOLDERS, scope="readings:read"),
    post(
        f"{V1}readings/<set_id>/correct",
        ANNA,
        (201,),
        told=SUBMITTERS - ANNA,
        body={"values": {"single": "1310"}, "confirmed": True},
        scope=_WRITE,
    ),
    post(
        f"{V1}readings/<set_id>/withdraw",
        ANNA,
        SHOWN,
        told=SUBMITTERS - ANNA,
        body={"reason": "ошибка"},
        scope=_WRITE,
    ),
    # Anna has objected already.
    post(f"{V1}readings/<control_id>/dispute", SUBMITTERS, ASKED, body={"words": "нет"}, scope=_WRITE),
    post(f"{V1}photos", SIGNED_IN, ASKED, scope=_WRITE),
    get(f"{V1}readings", HOLDERS, query="?account_id={account_id}", scope="readings:read"),
    get(f"{V1}today", SIGNED_IN, scope="accounts:read"),
    get(f"{V1}outages", SIGNED_IN, scope="accounts:read"),
    get(f"{V1}accounts/<account_id>/reminder", HOLDERS, scope="accounts:read"),
    post(f"{V1}accounts/<account_id>/reminder", HOLDERS, SHOWN, body={"days": None}, scope=_CABINET),
    get(f"{V1}simple-view", SIGNED_IN, scope="accounts:read"),
    post(
        f"{V1}simple-view",
        SUBMITTERS | PAYERS,
        SHOWN,
        told=HOLDERS - SUBMITTERS - PAYERS,
        body={"account_id": "{account_id}"},
        scope=_CABINET,
    ),
    get(f"{V1}bills", SIGNED_IN, scope="bills:read"),
    get(f"{V1}bills", HOLDERS, query="?account_id={account_id}", scope="bills:read"),
    # Nothing of Anna's is told by other zones where nothing is charged to her yet.
    get(f"{V1}accounts/<account_id>/what-if", HOLDERS, scope="bills:read"),
    get(f"{V1}accounts/<account_id>/usage", HOLDERS, scope="bills:read"),
    get(f"{V1}accounts/<account_id>/forecast", HOLDERS, scope="bills:read"),
    get(f"{V1}accounts/<account_id>/alike", HOLDERS, scope="bills:read"),
    get(f"{V1}accounts/<account_id>/budget", HOLDERS, scope="bills:read"),
    post(
        f"{V1}accounts/<account_id>/budget",
        HOLDERS,
        SHOWN,
        body={"kind": "energy", "limit": 200},
        scope=_CABINET,
    ),
    Row(method="DELETE", route=f"{V1}accounts/<account_id>/budget", may=HOLDERS, ok=(204,), scope=_CABINET),
    *(
        get(
            f"{V1}accounts/<account_id>/reconciliation.{kind}",
            HOLDERS,
            query="?since=2026-01-01&until=2026-11-01",
            scope="bills:read",
        )
        for kind in ("pdf", "xlsx")
    ),
    post(f"{V1}accounts/<account_id>/certificates", HOLDERS, (201, 422), scope="bills:read"),
    get(f"{V1}accounts/<account_id>/certificates", HOLDERS, scope="bills:read"),
    get(f"{V1}accounts/<account_id>/certificates/<certificate_id>/pdf", HOLDERS, scope="bills:read"),
    post(
        f"{V1}accounts/<account_id>/consumption",
        HOLDERS,
        (201, 422),
        body={"since": "2026-10", "until": "2026-10"},
        scope="bills:read",
    ),
    get(f"{V1}accounts/<account_id>/consumption", HOLDERS, scope="bills:read"),
    get(f"{V1}accounts/<account_id>/consumption/<consumption_id>/pdf", HOLDERS, scope="bills:read"),
    get(f"{V1}accounts/<account_id>/consumption/<consumption_id>/xlsx", HOLDERS, scope="bills:read"),
    get(f"{V1}bills/<bill_id>", HOLDERS, scope="bills:read"),
    get(f"{V1}bills/<bill_id>/pdf", HOLDERS, scope="bills:read"),
    get(f"{V1}bills/<bill_id>/calculation", HOLDERS, scope="bills:read"),
    post(f"{V1}payments", PAYERS, (201,), body=_PAYMENT, scope="payments:write"),
    get(f"{V1}payments/<payment_id>", ANNA, scope="payments:read"),
    post(f"{V1}payments/<payment_id>/parts", ANNA, SHOWN, body={"action": "stop"}, scope="payments:write"),
    get(f"{V1}payments/<payment_id>/refund", ANNA, scope="payments:read"),
    post(
        f"{V1}payments/<payment_id>/refund",
        ANNA,
        ASKED,
        body={"lines": [{"account_id": "{account_id}", "amount_kopecks": 100}], "shown": ""},
        scope="payments:write",
    ),
    get(f"{V1}payments/<payment_id>/move", ANNA, scope="payments:read"),
    post(
        f"{V1}payments/<payment_id>/move",
        ANNA,
        ASKED,
        body={
            "from_account_id": "{account_id}",
            "to_account_id": "{account_id}",
            "amount_kopecks": 100,
            "shown": "",
        },
        scope="payments:write",
    ),
    get(f"{V1}accounts/<account_id>/promises", PAYERS, scope="payments:read"),
    post(
        f"{V1}accounts/<account_id>/promises",
        PAYERS,
        ASKED,
        body={"until": "2026-01-01"},
        scope="payments:write",
    ),
    post(
        f"{V1}accounts/<account_id>/promises/withdraw",
        PAYERS,
        (409,),
        body={"promise": "none"},
        scope="payments:write",
        note="no promise of theirs is there",
    ),
    get(f"{V1}accounts/<account_id>/instalments", PAYERS, scope="payments:read"),
    post(
        f"{V1}accounts/<account_id>/instalments",
        PAYERS,
        ASKED,
        body={"months": 3, "shown": ""},
        scope="payments:write",
    ),
    post(
        f"{V1}accounts/<account_id>/instalments/withdraw",
        PAYERS,
        (409,),
        body={"plan": "none", "state": "standing"},
        scope="payments:write",
        note="no plan of theirs is there",
    ),
    get(f"{V1}cards", SIGNED_IN, scope="payments:read"),
    post(f"{V1}cards/<card_id>", ANNA, SHOWN, body={"name": "Семейная"}, scope="payments:write"),
    Row(method="DELETE", route=f"{V1}cards/<card_id>", may=ANNA, ok=(204,), scope="payments:write"),
    post(f"{V1}bindings", PAYERS, (201,), body={"account_id": "{account_id}"}, scope="payments:write"),
    get(f"{V1}bindings/<binding_id>", ANNA, scope="payments:read"),
    get(f"{V1}autopay", SIGNED_IN, scope="payments:read"),
    get(f"{V1}autopay/<autopay_id>", ANNA, scope="payments:read"),
    post(
        f"{V1}autopay",
        ANNA,
        (201,),
        body={"account_id": "{account_id}", "card_id": "{card_id}", "days_after_bill": 3},
        scope="payments:write",
    ),
    post(f"{V1}autopay/<autopay_id>", ANNA, SHOWN, body={"action": "pause"}, scope="payments:write"),
    get(f"{V1}appeals", SIGNED_IN, scope="appeals:read"),
    post(
        f"{V1}appeals",
        SIGNED_IN,
        (201,),
        body={"topic": "bill", "words": "Откуда сумма"},
        scope="appeals:write",
    ),
    get(f"{V1}appeals/<appeal_id>", ANNA, scope="appeals:read"),
    post(f"{V1}appeals/<appeal_id>/messages", ANNA, (201,), body={"words": "Вот ещё"}, scope="appeals:write"),
    Row(method="DELETE", route=f"{V1}appeals/<appeal_id>", may=ANNA, ok=(204,), scope="appeals:write"),
    get(f"{V1}history", SIGNED_IN, scope=_READ),
    get(f"{V1}history", HOLDERS, query="?account_id={account_id}", scope=_READ),
]

POLICY: list[Row] = [*PUBLIC, *CABINET, *DESKS, *API]
