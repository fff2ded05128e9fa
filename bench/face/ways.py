"""Pages in the middle of something, and how a visitor gets there in the sample town.

A way ends on the page it is for; the cookies it leaves are enough to open that page again. Ways that prove a
password are good for ten minutes only, so whoever measures for longer walks them again.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import struct
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from bench.face.visitor import Visitor

NEW_PASSWORD = "Fonar-2701-bench"
#: The person of the ready sign-ins who gets a second factor, so that the others' pages stay as they are.
GUARDED = 2
SECONDS_OF_A_CODE = 30


def town_of(base: str) -> dict[str, Any]:
    """What the sample town gives away."""
    with urllib.request.urlopen(f"{base}/sandbox/town.json", timeout=20) as answer:
        town: dict[str, Any] = json.load(answer)
    return town


def as_person(visitor: Visitor, number: int = 0) -> None:
    """Sign in with one of the ready sign-ins."""
    person = town_of(visitor.base)["sign_ins"][number]
    visitor.fill("/entrance/?tab=sign-in", phone=person["phone"], password=person["password"])


def as_member(visitor: Visitor, role: int) -> None:
    """Sign in as one of the ready members of staff, with the code the sandbox's authenticator shows."""
    member = town_of(visitor.base)["staff"][role]
    visitor.fill("/staff/sign-in/", phone=member["phone"], password=member["password"])
    step, code = visitor.path, ""
    for _ in range(SECONDS_OF_A_CODE + 5):
        newest = town_of(visitor.base)["staff"][role]["code"]
        if newest != code:  # who came with this one a moment ago has used it up
            code = newest
            if visitor.fill(code=code) != step:
                return
        time.sleep(1)


def one_time_code(secret: str, *, at: float) -> str:
    """What an authenticator application shows for a secret in base32: TOTP of RFC 6238, 30 s, 6 digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(at // 30)), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def _code(base: str, phone: str) -> str:
    """The newest code in the SMS of a phone of the sandbox."""
    with urllib.request.urlopen(f"{base}/sandbox/phone.json?to={quote(phone)}", timeout=20) as answer:
        messages = json.load(answer)["messages"]
    found = re.search(r"\b[0-9]{6}\b", messages[-1]["text"]) if messages else None
    return found[0] if found else "000000"


def _to_code(visitor: Visitor) -> None:
    page = "/entrance/?tab=register"
    visitor.fill(page, phone="+7 999 765-43-21", password=NEW_PASSWORD, agreed="on", consented="on")


def _to_recovery(visitor: Visitor) -> None:
    visitor.fill("/entrance/recover/", phone=town_of(visitor.base)["sign_ins"][1]["phone"])


def _to_new_password(visitor: Visitor) -> None:
    phone = town_of(visitor.base)["sign_ins"][1]["phone"]
    before = _code(visitor.base, phone)
    _to_recovery(visitor)
    for _ in range(100):
        if _code(visitor.base, phone) != before:
            break
        time.sleep(0.1)
    visitor.fill(code=_code(visitor.base, phone))


def _to_email_code(visitor: Visitor) -> None:
    as_person(visitor)
    password = town_of(visitor.base)["sign_ins"][0]["password"]
    visitor.fill("/profile/email/", email="bench@town.example", password=password)


def _to_new_phone(visitor: Visitor, path: str, phone: str) -> None:
    as_person(visitor)
    visitor.fill(path, phone=phone, password=town_of(visitor.base)["sign_ins"][0]["password"])


def _proved(visitor: Visitor, path: str, number: int = 0) -> None:
    as_person(visitor, number)
    if visitor.go(path) != path:
        visitor.fill(password=town_of(visitor.base)["sign_ins"][number]["password"])


def _to_second_step(visitor: Visitor, path: str = "") -> None:
    """Connect an application unless that was done on an earlier way, and come again from elsewhere."""
    other = Visitor(visitor.base)
    as_person(other, GUARDED)
    if not other.path.startswith("/entrance/"):
        _proved(other, "/profile/second-factor/app/", GUARDED)
        secret = re.search(r"<code[^>]*>([A-Z2-7\s]+)</code>", other.answer.text)
        if secret:
            other.fill(code=one_time_code(re.sub(r"\s", "", secret[1]), at=time.time()))
    other.close()
    as_person(visitor, GUARDED)
    if path:
        visitor.go(path)


def _to_staff_step(visitor: Visitor) -> None:
    member = town_of(visitor.base)["staff"][0]
    visitor.fill("/staff/sign-in/", phone=member["phone"], password=member["password"])


def _to_order(visitor: Visitor) -> None:
    """Begin a payment and come back from the bank without having paid."""
    as_person(visitor)
    visitor.fill("/payment/", to="/payment/pay/")
    visitor.go("/payment/")
    orders = [link for link in visitor.links() if link.startswith("/payment/orders/")]
    visitor.go(orders[0] if orders else "/payment/")


WAYS: dict[str, Callable[[Visitor], None]] = {
    "entrance/code/": _to_code,
    "entrance/recover/code/": _to_recovery,
    "entrance/recover/password/": _to_new_password,
    "entrance/second-factor/": _to_second_step,
    "entrance/second-factor/lost/": partial(_to_second_step, path="/entrance/second-factor/lost/"),
    "profile/email/code/": _to_email_code,
    "profile/phone/codes/": partial(_to_new_phone, path="/profile/phone/", phone="+7 999 765-43-22"),
    "profile/phone/lost/code/": partial(_to_new_phone, path="/profile/phone/lost/", phone="+7 999 765-43-23"),
    "profile/second-factor/app/": partial(_proved, path="/profile/second-factor/app/"),
    "profile/data/copy/": partial(_proved, path="/profile/data/copy/"),
    "staff/second-factor/": _to_staff_step,
    "payment/orders/<order_id>/": _to_order,
}
