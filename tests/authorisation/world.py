"""One small world for the whole matrix: Anna's things, and everybody who knocks at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from svet.accounts import events as account_events
from svet.accounts import operations as account_operations
from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.arrangements.models import InstalmentPart, InstalmentPlan
from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.billing import operations as billing
from svet.billing.models import FactDraft, HouseRow
from svet.billing.operations.decisions import decide, preview_new
from svet.billing.operations.rehearsing import rehearse
from svet.billing.rules.decisions import NewDecision
from svet.billing.rules.drafts import FactKind
from svet.billing.rules.facts import OverrideKind
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account
from svet.bills import operations as bills
from svet.bills.models import Bill, ConsumptionCertificate, DebtCertificate, PrintBatch
from svet.bills.rules.certificates import new_certificate_code
from svet.bills.rules.consumption import (
    ConsumptionDebt,
    ConsumptionMonth,
    ConsumptionStatement,
    DebtState,
    statement_as_kept,
)
from svet.exchange.models import LoadedFile
from svet.exchange.operations import load_file
from svet.files.tests.pictures import photo
from svet.fiscal.models import Receipt
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.kernel.actors import Actor
from svet.kernel.ids import PUBLIC_ID_LENGTH, MeterId
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.queries import blocked
from svet.limits.rules import LimitName
from svet.metering import operations as metering
from svet.metering.models import ReadingSet
from svet.metering.operations.acts import write_act
from svet.metering.rules import Answers, ReadingChannel, ReadingSubmission, Zone
from svet.metering.rules.acts import ActOf, NewAct
from svet.metering.tests.factories import make_reading
from svet.notices import operations as notices
from svet.notices.models import Notice
from svet.office import operations as office
from svet.outages.operations import enter_outage
from svet.outages.rules import OutageKind, OutageWords, PlaceLine
from svet.payments.models import BoundCard, Callback, ImportedPayment, Order, PaymentSeries
from svet.payments.operations import PaymentToApply, apply_register_payments, giving_back
from svet.payments.operations import acts as money_acts
from svet.payments.operations.chargebacks import keep_chargeback
from svet.payments.rules.acts import MoneyActKind, NewMoneyAct
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.rules.giving_back import NewRefund
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import make_binding, make_card, make_order, provider_with_requisites
from svet.payments.tests.stated import waiting_statement_row
from svet.people import operations as people
from svet.people.models import Person, Token
from svet.people.rules import Scope
from svet.people.tests.factories import make_person
from svet.setup.tests.factories import make_draft
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from svet.support.models import MessagePhoto
from svet.support.tests.factories import make_appeal
from svet.webhooks import operations as webhooks
from svet.webhooks.models import WebhookCall
from tests.authorisation.policy import SIGNED_IN, Who

#: Every right of a link, and which of them each Boris has beside seeing.
RIGHTS = {
    Who.BORIS_VIEW: "",
    Who.BORIS_SUBMIT: "can_submit",
    Who.BORIS_PAY: "can_pay",
    Who.BORIS_MANAGE: "can_manage",
}


ROLES = {Who.OPERATOR: Role.OPERATOR, Who.ENGINEER: Role.BILLING, Who.GUARDIAN: Role.SECURITY}


@dataclass(frozen=True)
class World:
    """``ids`` are of Anna's things; ``cookies`` and ``secrets`` open each person's session and API."""

    ids: dict[str, str]
    people: dict[Who, Person]
    cookies: dict[Who, str]
    secrets: dict[Who, str]
    # Begun once, as an installation is: middleware keeps nothing of anybody, and was a tenth of each knock.
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def client(self) -> Client:
        """A program or a browser that nobody knows, fresh for every knock."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        return client

    def browser(self, who: Who, **options: Any) -> Client:
        """A browser of this person, fresh for every knock."""
        client = Client(raise_request_exception=False, **options) if options else self.client()
        if who in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return client


def _printed(now: datetime) -> str:
    """A batch with Anna's bill."""
    bill = Bill.objects.select_related("account").get()
    list(
        bills.print_month(
            provider_id=bill.account.provider_id,
            period=Month.of(bill.period),
            keep=lambda _files: None,
            by=Actor.system("tests"),
            now=now,
        )
    )
    return PrintBatch.objects.get().public_id


def _autopay(account: Account, anna: Person, card: BoundCard, now: datetime) -> dict[str, str]:
    """Anna's autopay, with a charge that was told."""
    agreement = AutopayAgreement.objects.create(
        person=anna,
        account=account,
        card=card,
        state="active",
        days_after_bill=3,
        made_at=now,
        since=now,
    )
    turn = AutopayTurn.objects.create(
        agreement=agreement,
        month=date(2026, 1, 1),
        bill="1",
        told_at=now,
        told_kopecks=100_00,
        first_on=now.date() + timedelta(days=1),
        due_at=now + timedelta(days=1),
        charge_at=now + timedelta(days=1),
        skip_key="5" * 32,
    )
    return {"autopay_id": agreement.public_id, "skip_key": turn.skip_key}


def _certified(account: Account, now: datetime) -> DebtCertificate:
    """A certificate that was given of an account before it was billed."""
    names = ("supplier", "inn", "account_number", "holder", "masked_holder", "address", "masked_address")
    return DebtCertificate.objects.create(
        code=new_certificate_code(),
        account=account,
        on=date(2026, 1, 15),
        seq=0,
        kind="no_debt",
        owed_kopecks=0,
        due_kopecks=0,
        overpaid_kopecks=0,
        parties=dict.fromkeys(names, account.number),
        parties_sha256="0" * 64,
        asked_by="system tests",
        made_at=now,
    )


def _consumption(account: Account, certificate: DebtCertificate) -> str:
    """A paper of use and payments that was given with a certificate of no debt."""
    month = date(2025, 12, 1)
    statement = ConsumptionStatement(
        service=Service(account.provider.service),
        since=month,
        until=month,
        seq=0,
        opening=0,
        months=(ConsumptionMonth(month, None, 0, 0, 0, 0, 0),),
        facts=(),
        debt=ConsumptionDebt(DebtState.NONE, 0, 0),
        plan=None,
    )
    row = ConsumptionCertificate.objects.create(
        code=new_certificate_code(),
        account=account,
        on=certificate.on,
        since=month,
        until=month,
        statement=statement_as_kept(statement),
        parties=certificate.parties,
        sha256="0" * 64,
        asked_by="system tests",
        made_at=certificate.made_at,
    )
    return row.public_id


def _house(account: Account, now: datetime) -> str:
    """A house of the supplier of Anna."""
    house = HouseRow.objects.create(
        provider_id=account.provider_id, code="H-1", address="ул. Лесная, 1", known_at=now
    )
    return house.public_id


def _left(account: Account, now: datetime) -> str:
    """An end that waits for a second hand."""
    row = FactDraft.objects.create(
        account=account,
        kind=FactKind.END.value,
        facts={"on": str(timezone.localdate(now) - timedelta(days=40))},
        reason="заявление",
        given_kopecks=1_455_00,
        since=timezone.localdate(now).replace(day=1),
        months=1,
        by_name="svet account close",
        written_at=now,
        expires_at=now + timedelta(days=14),
    )
    return row.public_id


def _decided(account_public_id: str, now: datetime) -> str:
    """A decision about Anna's account that waits for its second signature."""
    by, month = Actor.system("tests"), Month.of(Bill.objects.get().period)
    new = NewDecision(kind=OverrideKind.CREDIT, document="№ 1", since=month, until=month, kopecks=-200_000)
    seen = preview_new(by=by, account_public_id=account_public_id, new=new, now=now)
    return decide(
        by=by,
        account_public_id=account_public_id,
        new=new,
        reason="жалоба № 4",
        shown=seen.shown,
        now=now,
    ).public_id


def _rehearsed(provider_id: int, now: datetime) -> Month:
    """The month after Anna's bill, with its dry run."""
    rehearse(provider_id=provider_id, period=NOVEMBER, by=Actor.system("tests"), clock=lambda: now)
    return NOVEMBER


def _full_bucket(now: datetime) -> str:
    """The outer name of a limit that holds a phone now."""
    limits.spend(limit=LimitName.RECOVERY_PER_PHONE, key="+79000000099", now=now, cost=5)
    return next(one.public_id for one in blocked(now=now) if one.limit is LimitName.RECOVERY_PER_PHONE)


def _money_cases(payer: Person, account: Account, now: datetime) -> dict[str, str]:
    """One of each list of the money desk: an order in review, a callback of nobody, a row without account."""
    order = make_order(person=payer, lines=[(account, 1_000)], now=now)
    Order.objects.filter(pk=order.pk).update(state=OrderState.REVIEW)
    callback = Callback.objects.create(raw=b"{}", received_at=now, outcome="unmatched", reference="nobody's")
    row = PaymentToApply(
        "SUIP-1",
        None,
        "0399999999",
        Money(300_00),
        timezone.localdate(),
        account.provider_id,
        payer="Крапивина",
    )
    with use_case():
        apply_register_payments(source="bank", rows=[row], now=now)
    clerk = Actor.staff(make_member().person_id, name="Ольга")
    correction = NewMoneyAct(MoneyActKind.CORRECTION, -9_000_00, "№ 1", timezone.localdate())
    seen = money_acts.preview_act(by=clerk, account_public_id=account.public_id, new=correction, now=now)
    act = money_acts.write_act(
        by=clerk,
        account_public_id=account.public_id,
        new=correction,
        reason="жалоба № 4",
        shown=seen.shown,
        now=now,
    )
    paid = make_order(person=payer, lines=[(account, 9_000_00)], now=now)
    paid.lines.update(credited_kopecks=9_000_00)
    Order.objects.filter(pk=paid.pk).update(
        state=OrderState.CREDITED, credited_at=now, paid_at=now, taken_kopecks=9_000_00
    )
    back = NewRefund({account.public_id: 9_000_00}, "заявление")
    shown = giving_back.preview_refund(by=clerk, order_public_id=paid.public_id, new=back, now=now).shown
    refund = giving_back.write_refund(
        by=clerk, order_public_id=paid.public_id, new=back, reason="жалоба № 5", shown=shown, now=now
    )
    disputed = make_order(person=payer, lines=[(account, 1_000)], now=now)
    disputed.lines.update(credited_kopecks=1_000)
    Order.objects.filter(pk=disputed.pk).update(
        state=OrderState.CREDITED, credited_at=now, paid_at=now, taken_kopecks=1_000
    )
    receipt = Receipt.objects.create(
        external_id=f"receipt-{paid.public_id}",
        source=paid.ledger_key,
        kind=ReceiptKind.SELL.value,
        order=paid,
        provider=account.provider,
        state=ReceiptState.FAILED.value,
        kopecks=9_000_00,
        at=now,
        made_at=now,
    )
    today = timezone.localdate()
    chargeback_id = keep_chargeback(
        by=clerk,
        order_public_id=disputed.public_id,
        new=NewChargeback("CB-1", 1_000, today, today),
        reason="письмо банка",
        now=now,
    )
    line = (
        b"16-11-2026;10-15-00;8597;0123;K1;SUIP-2;0399999998;A;B;1026;1,00;1,00;0,00\r\n=1;1,00;1,00;0,00;1;1"
    )
    loaded_id = load_file(name="r.txt", content=BytesIO(line), source="", by=Actor.system("world"), now=now)
    LoadedFile.objects.filter(public_id=loaded_id).update(rejects=line)
    plan = InstalmentPlan.objects.create(
        account=account,
        person=payer,
        state="refused",
        kopecks=2_000_00,
        months=2,
        asked_at=now,
        made_on=today,
        after_seq=0,
        by_two=True,
    )
    for no in (1, 2):
        due_on = today + timedelta(days=30 * no)
        InstalmentPart.objects.create(plan=plan, no=no, due_on=due_on, kopecks=1_000_00)
    return {
        "plan_id": plan.public_id,
        "money_act_id": act.public_id,
        "order_case_id": order.public_id,
        "credited_order_id": paid.public_id,
        "refund_id": refund.public_id,
        "receipt_id": receipt.public_id,
        "chargeback_id": chargeback_id,
        "statement_row_id": waiting_statement_row(account.provider, now=now),
        "callback_id": str(callback.pk),
        "row_id": ImportedPayment.objects.get(external_id="SUIP-1").public_id,
        "loaded_id": loaded_id,
    }


def _outage(account: Account, now: datetime) -> str:
    """A planned work in the house of an account."""
    words = OutageWords(
        OutageKind.PLANNED,
        now + timedelta(days=1),
        now + timedelta(days=1, hours=4),
        "замена опор",
        (PlaceLine(account.premises.city, account.premises.street, account.premises.house),),
    )
    return enter_outage(words, provider_id=account.provider_id, by=Actor.system("test"), now=now)


def build() -> World:
    """Anna owns an account with a bill; each Boris holds it with one right more; Vera has another."""
    now = timezone.now()
    provider = provider_with_requisites()
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 9, 20))
    make_reading(meter, 1137, read_on=date(2026, 10, 20))
    issued = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
    billing.run(provider_id=provider.pk, period=NOVEMBER.plus(-1), now=issued)
    bills.issue(provider_id=provider.pk, period=NOVEMBER.plus(-1), now=issued)

    cast: dict[Who, Person] = {}
    for who in SIGNED_IN:
        cast[who] = make_person(email=f"{who.name.lower()}@example.org")
    anna = cast[Who.ANNA]
    group = make_group(person=anna)
    make_link(person=anna, account=account, confirmed=True, group=group)
    for who, right in RIGHTS.items():
        chosen = dict.fromkeys(("can_submit", "can_pay", "can_manage"), False)
        make_link(person=cast[who], account=account, **(chosen | ({right: True} if right else {})))
    everything = dict.fromkeys(("can_submit", "can_pay", "can_manage"), True)
    guest: dict[str, Any] = {"invited_by": anna, "confirmed": True, **everything}
    make_link(person=cast[Who.DMITRY], account=account, ends_at=now - timedelta(seconds=1), **guest)
    make_link(person=cast[Who.EGOR], account=account, suspended_at=now, **guest)
    newcomer = make_link(person=make_person(), account=account)
    suspended = make_link(person=make_person(), account=account, suspended_at=now)
    invited = account_operations.invite(
        by=Actor.person(anna.pk),
        account_public_id=account.public_id,
        phone=cast[Who.GALINA].phone,
        rights=["submit"],
        now=now,
    )
    veras = make_account()
    make_link(person=cast[Who.VERA], account=veras, confirmed=True)

    receipt = metering.submit_readings(
        by=Actor.person(anna.pk),
        meter_id=MeterId(meter.pk),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(1300)},
            read_on=timezone.localdate(),
            channel=ReadingChannel.WEB,
            key=uuid4(),
            answers=Answers(confirmed=True),
        ),
        now=now,
    )
    by_anna = Actor.person(anna.pk)
    photo_public_id = metering.keep_photo(raw=photo(size=(40, 30)), by=by_anna, now=now)
    metering.add_photo(
        by=by_anna, set_public_id=receipt.set_public_id, photo_public_id=photo_public_id, now=now
    )
    number = metering.take_control_reading(
        by=Actor.system("office"),
        meter_id=meter.pk,
        values={Zone.SINGLE: Decimal(1300)},
        read_on=timezone.localdate(),
        now=now,
    )
    control = ReadingSet.objects.get(receipt_number=number)
    dispute_public_id = metering.open_dispute(
        by=by_anna, set_public_id=control.public_id, words="Не согласна", now=now
    )
    act_public_id = write_act(
        by=Actor.system("test"),
        account_public_id=account.public_id,
        act=NewAct(
            kind=ActOf.TAMPERED,
            number="17",
            drawn_on=timezone.localdate(),
            since=timezone.localdate() - timedelta(days=9),
            until=timezone.localdate(),
        ),
        reason="обход участка",
        now=now,
    )
    decision_public_id = _decided(account.public_id, now)
    with use_case():
        notices.notify(
            recipient_id=anna.recipient_id,
            event=account_events.ACCOUNT_LINKED,
            params={"account": account.number},
            now=now,
        )
    order = make_order(person=anna, lines=[(account, 1_000)], now=now)
    order.series = PaymentSeries.objects.create(
        person=anna, first_step=1, page_step=1, created_at=now, expires_at=order.expires_at
    )
    order.save()
    device_id = people.remember_device(
        person_id=anna.pk, cookie="c", session_key="s", agent="", address="127.0.0.1", now=now
    )
    browser = people.show_notices_here(
        person_id=anna.pk,
        session_key="s",
        endpoint="https://fcm.googleapis.com/fcm/send/annas",
        p256dh=settings.PUSH_PUBLIC_KEY,
        auth="A" * 22,
        address="127.0.0.1",
        now=now,
    )
    spare, _ = people.issue_token(person_id=anna.pk, name="spare", scopes=[Scope.BILLS_READ.value], now=now)

    asked = office.ask_office_to_remove_factors(person_id=anna.pk, comment="", address="127.0.0.1", now=now)
    appeal = make_appeal(person=anna, now=now)

    certificate = _certified(account, now)
    card = make_card(person=anna)
    ids = {
        **_autopay(account, anna, card, now),
        "outage_id": _outage(account, now),
        "certificate_id": certificate.public_id,
        "certificate_code": certificate.code,
        "consumption_id": _consumption(account, certificate),
        "shop_code": "nobody",
        **_money_cases(cast[Who.VERA], veras, now),
        "account_id": account.public_id,
        "public_id": account.public_id,
        "meter_id": meter.public_id,
        "link_id": newcomer.public_id,
        "suspended_id": suspended.public_id,
        "invitation_id": invited,
        "group_id": group.public_id,
        "set_id": receipt.set_public_id,
        "control_id": control.public_id,
        "photo_id": photo_public_id,
        "dispute_id": dispute_public_id,
        "act_id": act_public_id,
        "decision_id": decision_public_id,
        "fact_id": _left(account, now),
        "house_id": _house(account, now),
        "order_id": order.public_id,
        "payment_id": order.public_id,
        "appeal_id": appeal.public_id,
        "appeal_photo_id": MessagePhoto.objects.get(message__appeal=appeal).photo.public_id,
        "card_id": card.public_id,
        "binding_id": make_binding(person=anna).public_id,
        "bill_id": Bill.objects.get().public_id,
        "year": str(Bill.objects.get().period.year),
        "batch_id": _printed(now),
        "device_id": device_id,
        "browser_id": browser.public_id,
        "token_id": spare.public_id,
        **_posted(anna.pk, now),
        "request_id": asked.public_id,
        "passkey_id": "0" * 16,
        "notice_id": Notice.objects.filter(recipient_id=anna.recipient_id).latest("pk").public_id,
        "member_id": make_member().public_id,
        "draft_id": make_draft(person_id=make_member().person_id, now=now),
        "bucket_id": _full_bucket(now),
        "kind": "personal_data",
        "code": provider.code,
        "period": str(_rehearsed(provider.pk, now)),
        "verb": "give",
        "version": "1",
        "letter": "1",
        "index": "0",
        "flow": "A" * 43,
        "key": str(uuid4()),
        "tomorrow": str(timezone.localdate() + timedelta(days=1)),
        "in_a_month": str(timezone.localdate() + timedelta(days=31)),
    }
    cookies: dict[Who, str] = {}
    secrets: dict[Who, str] = {}
    for who, person in cast.items():
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        cookies[who] = client.cookies[settings.SESSION_COOKIE_NAME].value
        scopes = sorted(scope.value for scope in Scope)
        _, secrets[who] = people.issue_token(person_id=person.pk, name="all", scopes=scopes, now=now)
    for who, role in ROLES.items():
        member = make_member(role=role)
        cast[who] = member.person
        cookies[who] = working(member).cookies[settings.SESSION_COOKIE_NAME].value
    # Nothing but a key's last use changes when it is only shown: here it does not.
    Token.objects.update(last_used_at=now + timedelta(days=1))
    return World(ids, cast, cookies, secrets)


def _posted(person_id: int, now: datetime) -> dict[str, str]:
    """An address for messages of Anna's, and one that was sent there."""
    by = Actor.person(person_id)
    hook, _ = webhooks.add_webhook(
        by=by, url="https://messages.program.example.org/svet", events=["bill.issued"], now=now
    )
    webhooks.ping(by=by, public_id=hook.public_id, now=now)
    # Of all ids the one with the widest letters: it must fit the narrowest page.
    WebhookCall.objects.update(state="sent", done_at=now, status=204, public_id="m" * PUBLIC_ID_LENGTH)
    return {"webhook_id": hook.public_id, "call_id": WebhookCall.objects.get().public_id}
