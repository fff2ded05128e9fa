"""Pages that stand only in the middle of something, and the states no single request leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_group, make_link, make_provider
from svet.cabinet.shell.showcase import TROUBLES
from svet.fiscal.models import Receipt
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.kernel.actors import Actor
from svet.metering.rules import Scheme, zones_of
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.models import Order, PaymentRefund, RefundLine
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import OrderState, RefundState
from svet.payments.tests.factories import REQUISITES, make_order, owe
from svet.people import operations as people
from svet.people.models import Person
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import last_code
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from tests.authorisation.policy import Who
from tests.authorisation.test_matrix import _as_test
from tests.authorisation.world import World
from tests.face.rendering import Sheet, sheet_of

Visit = tuple[str, Client, str]

PHONE = "+79117178512"
LONG_NAME = "Гиперборейско-Александропольская Достопочтенноиннокентьевна"
LONG_PROVIDER = "Межрегиональная энергосбытовая компания Зауралья"
LONG_GROUP = "Квартиры бабушек, дедушек и двоюродных племянников"
ACCOUNTS = 40
#: What a customer with nothing yet, with too much, and one whose payment stands here or there opens.
CABINET = ("/today/", "/payment/", "/readings/", "/history/", "/accounts/", "/bills/", "/bell/", "/profile/")


def signed_in(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def registering(world: World) -> Iterator[Visit]:
    """Waiting for the code after registration, and with a wrong one."""
    client = Client()
    client.post(
        "/entrance/register/", {"phone": PHONE, "password": PASSWORD, "agreed": "on", "consented": "on"}
    )
    yield "waiting for a code", client, "/entrance/code/"
    yield "after a wrong code", client, "POST /entrance/code/?code=000000"


def recovering(world: World) -> Iterator[Visit]:
    """From the phone to a new password."""
    client, person = Client(), make_person(phone=PHONE)
    client.post("/entrance/recover/", {"phone": person.phone})
    yield "waiting for a code", client, "/entrance/recover/code/"
    client.post("/entrance/recover/code/", {"code": last_code(person.phone)})
    yield "with the right code", client, "/entrance/recover/password/"


def changing_addresses(world: World) -> Iterator[Visit]:
    """Codes to a new mailbox and to both phones."""
    person = make_person(phone=PHONE)
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/133"})
    client.post("/entrance/sign-in/", {"phone": person.phone, "password": PASSWORD})
    client.post("/profile/email/", {"email": "a-long-name.of-a-mailbox@department.example.org"})
    yield "a letter is on its way", client, "/profile/email/code/"
    client.post("/profile/phone/", {"phone": "8 911 717 85 99", "password": PASSWORD})
    yield "two codes are on their way", client, "/profile/phone/codes/"
    yield "a link for the messenger", client, "POST /profile/messenger/"


def proving_twice(world: World) -> Iterator[Visit]:
    """The second step of a sign-in, what connects it, and what is done when it is lost."""
    person = make_person()
    client = signed_in(person)
    client.post("/profile/confirm/", {"password": PASSWORD, "next": "/profile/second-factor/"})
    yield "connecting an application", client, "/profile/second-factor/app/"
    yield "connecting a passkey", client, "/profile/second-factor/passkey/"
    client.post("/profile/phone/lost/", {"phone": "8 911 717 85 98", "password": PASSWORD})
    yield "a code to the new phone", client, "/profile/phone/lost/code/"
    client.post("/profile/confirm/", {"password": PASSWORD, "next": "/profile/data/copy/"})
    yield "one's own data", client, "/profile/data/copy/"
    with transaction.atomic():
        people.keep_totp(
            person_id=person.pk, secret=people.new_totp_secret(), by=Actor.system("test"), now=timezone.now()
        )
    visitor = Client()
    visitor.post("/entrance/sign-in/", {"phone": person.phone, "password": PASSWORD})
    yield "asked for the second step", visitor, "/entrance/second-factor/"
    yield "the second step is lost", visitor, "/entrance/second-factor/lost/"


def needing_a_second_step(world: World) -> Iterator[Visit]:
    """Where everybody needs a second step: the page every other one leads to, and the first of connecting."""
    settings.SECOND_STEP_FOR_ALL, before = True, settings.SECOND_STEP_FOR_ALL
    try:
        client = signed_in(make_person())
        yield "a second step is needed", client, "/profile/second-factor/"
        client.post("/profile/confirm/", {"password": PASSWORD, "next": "/profile/second-factor/"})
        yield "a second step is needed, proved", client, "/profile/second-factor/"
        yield "a second step is needed", client, "/profile/second-factor/app/"
    finally:
        settings.SECOND_STEP_FOR_ALL = before


def opening_a_desk(world: World) -> Iterator[Visit]:
    """A member's first sign-in, before and after a wrong code."""
    member, client = make_member(), Client()
    client.post("/staff/sign-in/", {"phone": member.person.phone, "password": PASSWORD})
    yield "connecting an application", client, "/staff/second-factor/"
    yield "after a wrong code", client, "POST /staff/second-factor/?code=000000"
    with transaction.atomic():
        people.keep_totp(
            person_id=member.person_id,
            secret=people.new_totp_secret(),
            by=Actor.system("test"),
            now=timezone.now(),
        )
    yield "asked for its code", working(member, proved=False), "/staff/second-factor/"
    yield "a password refused", working(member), "POST /staff/password/?current=1&new=2&repeat=3"


def at_the_counter(world: World) -> Iterator[Visit]:
    """Somebody came to the office, and their new phone has got a code."""
    counter, person = working(make_member()), make_person()
    came = {"kind": "phone", "phone": person.phone, "new_phone": "+7 911 717-85-97", "comment": "паспорт"}
    counter.post("/staff/requests/new/", came)
    yield "somebody at the counter", counter, "/staff/requests/new/code/"


def working_hard(world: World) -> Iterator[Visit]:
    """Desks with what they look like when somebody asks and nothing is there."""
    desk = working(make_member())
    yield "found nothing", desk, desk.post("/staff/accounts/", {"q": "телескоп"}).headers["Location"]
    yield "another role", working(make_member(role=Role.BILLING)), "/staff/members/"


def newcomer(world: World) -> Iterator[Visit]:
    """A cabinet with nothing in it: each page says what it is for."""
    client = signed_in(make_person(first_name="", patronymic="", last_name=""))
    for path in CABINET:
        yield "empty", client, path


def simple_view(world: World) -> Iterator[Visit]:
    """«Простой вид»: with a debt, offered by somebody close, and what its buttons lead through."""
    person, account = make_person(), make_account()
    make_meter(account=account, initial=0)
    make_link(person=person, account=account, confirmed=True, alias="Бабушкина квартира на Лесной")
    owe(account, 98_765_43)
    Person.objects.filter(pk=person.pk).update(simple_account=account.public_id)
    client = signed_in(person)
    for path in ("/simple/", "/simple/sections/", "/simple/settings/", "/history/"):
        yield "simple", client, path
    yield "one account to pay", client, f"/payment/?only={account.public_id}"
    yield "one account to read", client, f"/accounts/{account.public_id}/readings/"
    client.post("/simple/keep/")
    yield "kept", client, "/simple/"


def forty_accounts(world: World) -> Iterator[Visit]:
    """Long names, many accounts, meters of three zones, debts and overpayments."""
    person = make_person(last_name=LONG_NAME, first_name="Достопочтенноиннокентия")
    group = make_group(person=person, name=LONG_GROUP)
    provider = make_provider(
        code="long", name="Межрегиональная энергосбытовая компания Зауралья", account_lengths=[13]
    )
    today = timezone.localdate()
    for number in range(ACCOUNTS):
        account = make_account(
            provider=provider, number=f"{9_000_000_000_000 + number}", holder_name=LONG_NAME
        )
        make_link(
            person=person, account=account, confirmed=number % 3 > 0, alias="Бабушкина квартира на Лесной",
            **({"group": group} if number % 2 else {}),
        )  # fmt: skip
        if number % 3:
            owe(account, (-1_234_567_89, 987_654_32)[number % 2])
        if number < 4:
            scheme = (Scheme.PEAKS, Scheme.DAY_NIGHT, Scheme.SINGLE, Scheme.PEAKS)[number]
            meter = make_meter(account=account, scheme=scheme, digits=6, decimals=number % 3, initial=0)
            values = dict.fromkeys(zones_of(scheme), Decimal(1234))
            make_reading(meter, values, read_on=today - timedelta(days=40))
    client = signed_in(person)
    for path in CABINET:
        yield "forty accounts", client, path


def payments(world: World) -> Iterator[Visit]:
    """An order in every state of its life."""
    path, order = f"/payment/orders/{world.ids['order_id']}/", world.ids["order_id"]
    for state in OrderState:
        credited_at = timezone.now() if state == OrderState.CREDITED else None
        Order.objects.filter(public_id=order).update(
            state=state.value, paid_at=timezone.now(), credited_at=credited_at
        )
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[Who.ANNA]
        yield f"payment {state}", client, path


def receipts(world: World) -> Iterator[Visit]:
    """A credited payment whose fiscal receipt is made without a link, is late, or was settled by hand."""
    order = Order.objects.get(public_id=world.ids["order_id"])
    now = timezone.now()
    Order.objects.filter(pk=order.pk).update(
        state=OrderState.CREDITED, credited_at=now, paid_at=now, receipts=ReceiptMaker.CASHBOX
    )
    provider, name = order.lines.all()[0].account.provider, "states"
    made = Receipt.objects.create(
        external_id=name, source=name, kind=ReceiptKind.SELL.value, order=order, provider=provider,
        kopecks=order.total_kopecks, at=now, made_at=now, document_number="4294967295",
        document_attribute="4294967295", storage_number="9999078900001234", done_at=now,
    )  # fmt: skip
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[Who.ANNA]
    for state in (ReceiptState.DONE, ReceiptState.FAILED, ReceiptState.CLOSED):
        Receipt.objects.filter(pk=made.pk).update(state=state.value)
        yield f"receipt {state}", client, f"/payment/orders/{order.public_id}/"


def payees(world: World) -> Iterator[Visit]:
    """Accounts of two providers under one «Оплатить»: one card for both, a row in its middle, the turns."""
    person = make_person(first_name="Борис")
    names = (LONG_PROVIDER, "Окская теплосеть")
    accounts = [
        make_account(provider=make_provider(code=f"payee-{number}", name=name, **REQUISITES))
        for number, name in enumerate(names)
    ]
    for account in accounts:
        make_link(person=person, account=account, confirmed=True)
        owe(account, 98_765_43)
    client = signed_in(person)
    ticked = "&".join(f"tick={one.public_id}&amount-{one.public_id}=98765,43" for one in accounts)
    yield "two payees", client, f"POST /payment/pay/?key={uuid4()}&{ticked}"
    in_row = make_order(
        person=person, lines=[(one, 98_765_43) for one in accounts], now=timezone.now(), in_row=True
    )
    Order.objects.filter(pk=in_row.pk).update(state=OrderState.CREDITED, credited_at=timezone.now())
    yield "a row in its middle", client, f"/payment/orders/{in_row.public_id}/"
    yield "a row to mind", client, "/payment/"
    lines = [(account, 98_765_43) for account in accounts]
    order = make_order(person=person, lines=lines, now=timezone.now(), in_turn=True)
    paid = timezone.now()
    Order.objects.filter(pk=order.pk).update(state=OrderState.CREDITED, credited_at=paid, paid_at=paid)
    yield "the first of two is paid", client, f"/payment/orders/{order.public_id}/"
    yield "one payee is left", client, "/payment/"
    yield "the turn of the second", client, f"/payment/?after={order.public_id}"


def given_back(world: World) -> Iterator[Visit]:
    """A part of a credited payment came back: its page and its card."""
    order = Order.objects.get(public_id=world.ids["order_id"])
    now = timezone.now()
    Order.objects.filter(pk=order.pk).update(state=OrderState.CREDITED, credited_at=now, paid_at=now)
    refund = PaymentRefund.objects.create(
        order=order, state=RefundState.DONE, reference="back-1", kopecks=1_00, known_at=now, refunded_at=now
    )
    for line in order.lines.all()[:1]:
        RefundLine.objects.create(refund=refund, line=line, kopecks=1_00)
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[Who.ANNA]
    yield "partly given back", client, f"/payment/orders/{order.public_id}/"
    yield "with a refund", client, "/history/"


def troubles(world: World) -> Iterator[Visit]:
    """What went wrong, as the living page shows it: 400, 403, 404, 500, maintenance and the rest."""
    settings.SANDBOX, before = True, settings.SANDBOX
    try:
        for kind in TROUBLES:
            yield kind, Client(), f"/look/trouble/{kind}/"
        yield "every part", Client(), "/look/"
    finally:
        settings.SANDBOX = before


def searching(world: World) -> Iterator[Visit]:
    """Questions with and without an answer."""
    for asked in ("пароль", "телескоп"):
        yield f"asked for {asked}", Client(), f"/help/?q={asked}"
    yield "tab", Client(), "/entrance/?tab=sign-in"


ON_THE_WAY = (
    registering,
    recovering,
    changing_addresses,
    proving_twice,
    needing_a_second_step,
    opening_a_desk,
    at_the_counter,
    simple_view,
)
STATES = (
    *ON_THE_WAY,
    newcomer,
    forty_accounts,
    payments,
    receipts,
    payees,
    given_back,
    troubles,
    searching,
    working_hard,
)


def sheets(world: Any, states: Sequence[Callable[[Any], Iterator[Visit]]] = STATES) -> Iterator[Sheet]:
    """Every state as a page; nothing that was made for it stays."""
    for state in states:
        with _as_test(transaction.atomic()):
            found = [_sheet(*visit) for visit in state(world)]
            transaction.set_rollback(True)
        yield from found


def _sheet(name: str, client: Client, address: str) -> Sheet:
    method, _, path = address.rpartition(" ")
    if method:
        path, _, sent = path.partition("?")
        answer: Any = client.post(path, sent, content_type="application/x-www-form-urlencoded")
    else:
        answer = client.get(path)
    sheet = sheet_of(f"{path} {name}", path, answer)
    assert sheet is not None, f"{path} {name}: {answer.status_code} {answer.headers.get('Location', '')}"
    return sheet
