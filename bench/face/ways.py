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
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page

from bench.face.browser import sign_in

NEW_PASSWORD = "Fonar-2701-bench"
#: The person of the ready sign-ins who gets a second factor, so that the others' pages stay as they are.
GUARDED = 1


def town_of(base: str) -> dict[str, Any]:
    """What the sample town gives away."""
    with urllib.request.urlopen(f"{base}/sandbox/town.json", timeout=20) as answer:
        town: dict[str, Any] = json.load(answer)
    return town


def links_of(page: Page, address: str) -> list[str]:
    """The paths that the page at this address links to."""
    page.goto(address)
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    return [urlsplit(str(link)).path for link in found]


def links_found(page: Page, address: str, box: str, words: str) -> list[str]:
    """Where a search of a desk leads: what people search for is posted, and stands in no address."""
    page.goto(address)
    field = page.locator(box)
    if not field.count():
        return []
    field.fill(words)
    field.press("Enter")
    page.wait_for_load_state("networkidle")
    return [urlsplit(page.url).path, *links_of(page, page.url)]


def as_person(page: Page, base: str, number: int = 0) -> None:
    """Sign in with one of the ready sign-ins."""
    person = town_of(base)["sign_ins"][number]
    sign_in(page, base=base, phone=person["phone"], password=person["password"])


def as_member(page: Page, base: str, role: int) -> None:
    """Sign in as one of the ready members of staff, with the code the sandbox's authenticator shows."""
    member = town_of(base)["staff"][role]
    page.goto(f"{base}/staff/sign-in/")
    _send(page, phone=member["phone"], password=member["password"])
    _send(page, code=town_of(base)["staff"][role]["code"])


def leave_traces(page: Page, base: str) -> None:
    """Let the person write an appeal and send readings, so that their pages are there to be seen."""
    page.goto(f"{base}/help/appeals/new/")
    page.locator("main select[name=topic]").select_option(index=1)
    _send(page, words="Почему в октябре сумма больше, чем в сентябре? Мы были в отъезде две недели.")
    page.goto(f"{base}/readings/")
    form = page.locator("form:has(input.odometer__input)").first
    for box in form.locator("input.odometer__input").all():
        whole, _, part = box.input_value().partition(",")
        box.fill(str(int(re.sub(r"[^0-9]", "", whole) or 0) + 90) + (f",{part}" if part else ""))
    form.locator("button:visible").last.click()
    page.wait_for_load_state("networkidle")
    sure = page.get_by_role("button", name="Всё верно, отправить")
    if sure.count():
        sure.first.click()
        page.wait_for_load_state("networkidle")


def _code(base: str, phone: str) -> str:
    """The newest code in the SMS of a phone of the sandbox."""
    with urllib.request.urlopen(f"{base}/sandbox/phone.json?to={quote(phone)}", timeout=20) as answer:
        messages = json.load(answer)["messages"]
    found = re.search(r"\b[0-9]{6}\b", messages[-1]["text"]) if messages else None
    return found[0] if found else "000000"


def one_time_code(secret: str, *, at: float) -> str:
    """What an authenticator application shows for a secret in base32: TOTP of RFC 6238, 30 s, 6 digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(at // 30)), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def _send(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f'main [name="{name}"]:visible').first.fill(value)
    for tick in page.locator('main input[type="checkbox"]:visible').all():
        tick.check()
    page.locator('main form button[type="submit"]:visible').first.click()
    page.wait_for_load_state("networkidle")


def _to_code(page: Page, base: str) -> None:
    page.goto(f"{base}/entrance/?tab=register")
    _send(page, phone="+7 999 765-43-21", password=NEW_PASSWORD)


def _to_recovery(page: Page, base: str) -> None:
    page.goto(f"{base}/entrance/recover/")
    _send(page, phone=town_of(base)["sign_ins"][2]["phone"])


def _to_new_password(page: Page, base: str) -> None:
    phone = town_of(base)["sign_ins"][2]["phone"]
    before = _code(base, phone)
    _to_recovery(page, base)
    for _ in range(100):
        if _code(base, phone) != before:
            break
        page.wait_for_timeout(100)
    _send(page, code=_code(base, phone))


def _to_email_code(page: Page, base: str) -> None:
    as_person(page, base)
    page.goto(f"{base}/profile/email/")
    _send(page, email="bench@town.example")


def _to_phone_codes(page: Page, base: str) -> None:
    as_person(page, base)
    page.goto(f"{base}/profile/phone/")
    _send(page, phone="+7 999 765-43-22", password=town_of(base)["sign_ins"][0]["password"])


def _to_lost_phone(page: Page, base: str) -> None:
    as_person(page, base)
    page.goto(f"{base}/profile/phone/lost/")
    _send(page, phone="+7 999 765-43-23", password=town_of(base)["sign_ins"][0]["password"])


def _proved(page: Page, base: str, *, path: str, number: int = 0) -> None:
    as_person(page, base, number)
    page.goto(f"{base}{path}")
    if urlsplit(page.url).path != path:
        _send(page, password=town_of(base)["sign_ins"][number]["password"])


def _to_second_step(page: Page, base: str) -> None:
    """Connect an application unless that was done on an earlier way, and come again from elsewhere."""
    as_person(page, base, GUARDED)
    if "/entrance/" not in page.url:
        page.context.clear_cookies()
        _proved(page, base, path="/profile/second-factor/app/", number=GUARDED)
        secret = page.locator("main code").first.inner_text()
        _send(page, code=one_time_code(re.sub(r"\s", "", secret), at=time.time()))
        page.context.clear_cookies()
        as_person(page, base, GUARDED)


def _to_lost_second_step(page: Page, base: str) -> None:
    _to_second_step(page, base)
    page.goto(f"{base}/entrance/second-factor/lost/")


def _to_staff_step(page: Page, base: str) -> None:
    member = town_of(base)["staff"][0]
    page.goto(f"{base}/staff/sign-in/")
    _send(page, phone=member["phone"], password=member["password"])


def _to_order(page: Page, base: str) -> None:
    """Begin a payment and come back from the bank without having paid."""
    as_person(page, base)
    page.goto(f"{base}/payment/")
    page.locator("#pay .paybar button").first.click()
    page.wait_for_load_state("networkidle")
    orders = [link for link in links_of(page, f"{base}/payment/") if link.startswith("/payment/orders/")]
    page.goto(base + orders[0])


WAYS: dict[str, Callable[[Page, str], None]] = {
    "entrance/code/": _to_code,
    "entrance/recover/code/": _to_recovery,
    "entrance/recover/password/": _to_new_password,
    "entrance/second-factor/": _to_second_step,
    "entrance/second-factor/lost/": _to_lost_second_step,
    "profile/email/code/": _to_email_code,
    "profile/phone/codes/": _to_phone_codes,
    "profile/phone/lost/code/": _to_lost_phone,
    "profile/second-factor/app/": partial(_proved, path="/profile/second-factor/app/"),
    "profile/data/copy/": partial(_proved, path="/profile/data/copy/"),
    "staff/second-factor/": _to_staff_step,
    "payment/orders/<order_id>/": _to_order,
}
