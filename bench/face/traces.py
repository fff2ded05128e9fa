"""What visitors leave in the sample town, so that the pages of it are there to be seen.

The town is as quiet as a town should be: what goes wrong, or is done by hand, is done here through the same
forms as by a person. Each trace returns addresses that no page of its visitor links to.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bench.face.visitor import Visitor, forms_of
from bench.face.ways import town_of

#: Ids that were met so far, by the name their routes give them.
Ids = Mapping[str, Sequence[str]]
Trace = Callable[[Visitor, Ids], list[str]]
PATIENCE_SECONDS = 20
ZONE = ZoneInfo("Asia/Yekaterinburg")
_DIALS = re.compile(r"value-\w+")


def write_an_appeal(visitor: Visitor, ids: Ids) -> list[str]:
    words = "Почему в октябре сумма больше, чем в сентябре? Мы были в отъезде две недели."
    visitor.fill("/help/appeals/new/", topic="bill", words=words)
    return [visitor.path]


def send_readings(visitor: Visitor, ids: Ids) -> list[str]:
    """A month's use on top of what each zone stands at, and «Всё верно» when that is asked."""
    visitor.go("/readings/")
    for form in forms_of(visitor.answer.text):
        shown = {name: value[0] for name, value in form.values.items() if _DIALS.fullmatch(name)}
        if shown:
            # What has begun in a field stands in it: «01234,5».
            told = {name: _more(value) for name, value in shown.items()}
            visitor.fill(to=form.action, **told, act="new")
            break
    sure = [form.buttons["confirm"] for form in forms_of(visitor.answer.text) if "confirm" in form.buttons]
    if sure:
        visitor.fill(act="new", confirm=sure[0])
    return visitor.links()


def _more(value: str) -> str:
    whole, _, part = value.partition(",")
    return str(int(re.sub(r"[^0-9]", "", whole) or 0) + 90) + (f",{part}" if part else "")


def pay_a_little(visitor: Visitor, ids: Ids) -> list[str]:
    """A hundred roubles by the bank's first card, and wait until they are credited."""
    visitor.go("/payment/")
    pay = next((form for form in forms_of(visitor.answer.text) if "tick" in form.values), None)
    if pay is None:
        return []
    account = pay.values["tick"][0]
    visitor.fill(to="/payment/pay/", **{"tick": account, f"amount-{account}": "100,00"})
    visitor.fill(number=town_of(visitor.base)["cards"][0]["number"], expiry="12/30", csc="123")
    order = visitor.path
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not visitor.shows(f"{order}back/") and time.monotonic() < deadline:
        time.sleep(0.2)
    return [order]


def bind_an_account(visitor: Visitor, ids: Ids) -> list[str]:
    visitor.fill("/payment/cards/", to="/payment/bindings/")
    return visitor.trail


def take_a_certificate(visitor: Visitor, ids: Ids) -> list[str]:
    """Of the first account that may have one; its code opens the page on which it is checked."""
    for account in ids.get("account_id", ()):
        visitor.fill(f"/accounts/{account}/charges/", to=f"/accounts/{account}/certificates/")
        code = re.search(r'Код: <span class="figures">([^<]+)</span>', visitor.answer.text)
        if code:
            return [visitor.fill("/check/", code=code[1])]
    return []


def add_a_webhook(visitor: Visitor, ids: Ids) -> list[str]:
    password = town_of(visitor.base)["sign_ins"][0]["password"]
    where = "https://example.com/svet/"
    visitor.fill("/profile/webhooks/", url=where, events="bill.issued", password=password)
    return visitor.links()


def _written(visitor: Visitor, path: str, **values: str) -> list[str]:
    """A form that first shows what it would change, and then is signed."""
    visitor.fill(path, act="show", **values)
    visitor.fill(act="write")
    return visitor.links()


def correct_an_account(visitor: Visitor, ids: Ids) -> list[str]:
    path = f"/staff/accounts/{_first(ids, 'account_id')}/money/"
    act = {"kind": "correction", "roubles": "-10,00", "document": "№ 1", "reason": "жалоба № 4"}
    return _written(visitor, path, **act)


def decide_about_a_charge(visitor: Visitor, ids: Ids) -> list[str]:
    path = f"/staff/accounts/{_first(ids, 'account_id')}/decisions/"
    new = {"kind": "credit", "roubles": "-10,00", "document": "№ 2", "reason": "жалоба № 5"}
    return _written(visitor, path, **new)


def give_back(visitor: Visitor, ids: Ids) -> list[str]:
    """Ten roubles of the payment, and wait for the receipts that the worker makes of both."""
    path = f"/staff/money/payments/{_first(ids, 'order_id')}/"
    account = _first(ids, "account_id")
    links = _written(visitor, path, **{account: "10,00", "reason": "просит плательщик", "document": "№ 3"})
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any("/money/receipts/" in link for link in links) and time.monotonic() < deadline:
        time.sleep(0.2)
        visitor.go(path)
        links += visitor.links()
    return links


def answer_the_bank(visitor: Visitor, ids: Ids) -> list[str]:
    path = f"/staff/money/payments/{_first(ids, 'order_id')}/chargeback/"
    today = datetime.now(ZONE).date()
    visitor.fill(
        path,
        reference="ОС-17",
        roubles="20,00",
        told_on=str(today),
        due_on=str(today + timedelta(days=10)),
        reason="держатель карты не узнал платёж",
    )
    return visitor.links()


def end_a_contract(visitor: Visitor, ids: Ids) -> list[str]:
    """A hundred days ago, of an account nobody holds: so much is given back that two must sign."""
    nobody = town_of(visitor.base)["free_pairs"][-1]["account"]
    path = visitor.fill("/staff/accounts/", to="/staff/accounts/", q=nobody) + "end/"
    on = str(datetime.now(ZONE).date() - timedelta(days=100))
    visitor.fill(path, to=path, on=on, reason="заявление")
    visitor.fill(to=path, on=on)
    visitor.go("/staff/signatures/")
    return visitor.links()


def come_to_the_counter(visitor: Visitor, ids: Ids) -> list[str]:
    """Somebody has a new phone, which has got its code."""
    came = town_of(visitor.base)["sign_ins"][1]["phone"]
    return [visitor.fill("/staff/requests/", phone=came, new_phone="+7 999 765-43-24", comment="паспорт")]


def _first(ids: Ids, name: str) -> str:
    return next(iter(ids.get(name, ())), "")


#: By the number of the ready sign-in, and by the role at the desks.
OF_PERSONS: dict[int, tuple[Trace, ...]] = {
    0: (
        write_an_appeal,
        send_readings,
        pay_a_little,
        bind_an_account,
        take_a_certificate,
        add_a_webhook,
    ),
}
OF_ROLES: dict[str, tuple[Trace, ...]] = {
    "operator": (come_to_the_counter,),
    "billing": (end_a_contract, correct_an_account, decide_about_a_charge, give_back, answer_the_bank),
}
