"""What somebody of the sample town does in a day: looks, opens bills, attaches, sends a reading, pays."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

PAGES = ("/", "/readings/", "/accounts/", "/payment/", "/history/", "/bell/", "/profile/")
CARD = {"number": "2202474301322987", "expiry": "12/30", "csc": "123"}
SCOPES = ["accounts:read", "readings:read", "readings:write", "bills:read", "payments:read", "payments:write"]


def wait_for(look: Callable[[], Any], what: str, seconds: float = 180) -> Any:
    """What it finds at last. :raises SystemExit:"""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.5)
    raise SystemExit(f"waited {seconds} s for {what}")


class Resident:
    """One sign-in of the town; ``base`` is the site's address, whoever serves there."""

    def __init__(self, base: str, outside: str) -> None:
        self.base, self.outside = base, outside
        self.secret = ""
        self.pages = httpx.Client(timeout=60, trust_env=False, headers={"Host": base.removeprefix("http://")})
        self.programs = httpx.Client(timeout=60, trust_env=False)
        self.pairs: list[dict[str, str]] = []
        self.papers: dict[str, bytes] = {}

    def stands(self, at: str) -> bool:
        """Whether pages can be served there."""
        try:
            return self.programs.get(f"{at}/ready/").status_code == 200
        except httpx.HTTPError:
            return False

    def come(self, at: str) -> None:
        """Sign in: a browser, and a key for a program."""
        wait_for(lambda: self.stands(at), "the pages")
        town = self.programs.get(f"{at}/sandbox/town.json").json()
        who = town["sign_ins"][0]
        self.pairs = list(town["free_pairs"])
        form = self.pages.get(f"{at}/entrance/?tab=sign-in")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token is not None, form.text[:500]
        typed = {"csrfmiddlewaretoken": token[1], "phone": who["phone"], "password": who["password"]}
        told = self.pages.post(f"{at}/entrance/sign-in/", data=typed, headers={"Referer": f"{self.base}/"})
        assert told.status_code == 302, told.text[:500]
        given = {"phone": who["phone"], "password": who["password"], "name": "A gadget", "scopes": SCOPES}
        self.secret = str(self._call(at, "POST", "/tokens", given)["secret"])

    def lives_a_day(self, at: str, other: str = "") -> str:
        """Everything once, begun ``at`` one server and gone on with at the ``other``; says what was done."""
        other = other or at
        for path in PAGES:
            shown = self.pages.get(at + path, follow_redirects=True)
            assert shown.status_code == 200, f"{path}: {shown.status_code} {shown.text[:300]}"
            assert "/entrance/" not in str(shown.url), f"{path} asks to sign in"
        pair = self.pairs.pop()
        attached = {"account_number": pair["account"], "meter_number": pair["meter"]}
        account = self._call(at, "POST", "/accounts", attached)["id"]
        meters = self._list(self._call(other, "GET", "/meters"))
        meter = next(each for each in meters if each["account_id"] == account)
        self._read(other, meter)
        assert account in {each["account_id"] for each in self._list(self._call(at, "GET", "/meters"))}
        bills, paid = self._open_bills(at, other), self._pay(at, other, account)
        return f"{len(PAGES)} pages, {bills}, an account attached, its meter read, {paid}"

    def _open_bills(self, at: str, other: str) -> str:
        """The first one again, the same to the bit whoever gives it; and one that nobody has opened yet."""
        bills = [each["id"] for each in self._list(self._call(at, "GET", "/bills"))]
        # Accounts that are attached bring bills of theirs.
        first = next(iter(self.papers), bills[0])
        kept = self.papers.setdefault(first, self._paper(at, first))
        assert self._paper(at, first) == kept, f"{first} has become another paper at {at}"
        assert self._paper(other, first) == kept, f"{first} is another paper at {other}"
        fresh = next(bill for bill in bills if bill not in self.papers)
        self.papers[fresh] = self._paper(at, fresh)
        # Another version may draw other bytes of the same text (ADR 224), but it does draw them.
        assert self._paper(other, fresh)
        return "two bills as PDF"

    def _paper(self, at: str, bill: str) -> bytes:
        headers = {"Host": self.base.removeprefix("http://"), "Authorization": f"Bearer {self.secret}"}
        told = self.programs.get(f"{at}/api/v1/bills/{bill}/pdf", headers=headers)
        assert told.status_code == 200, f"{bill}: {told.status_code} {told.text[:600]}"
        assert told.content.startswith(b"%PDF"), bill
        return told.content

    def _read(self, at: str, meter: dict[str, Any]) -> None:
        values = {zone["zone"]: str(int(float(zone["last_value"])) + 40) for zone in meter["zones"]}
        place = f"/meters/{meter['id']}/readings"
        receipt = self._call(at, "POST", place, {"values": values, "confirmed": True})
        assert receipt["receipt_number"], receipt

    def _pay(self, at: str, other: str, account: str) -> str:
        lines = [{"account_id": account, "amount_kopecks": 10_000}]
        number = self._call(at, "POST", "/payments", {"lines": lines})["id"]
        page = wait_for(
            lambda: self._call(other, "GET", f"/payments/{number}").get("bank_page_url"), "the bank's page"
        )
        self.programs.post(page, data=CARD)
        wait_for(lambda: self._call(other, "GET", f"/payments/{number}")["state"] == "credited", "the money")
        balances = self._list(self._call(at, "GET", "/accounts"))
        assert account in {each["id"] for each in balances}
        return "100 roubles paid and credited"

    def _call(self, at: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Host": self.base.removeprefix("http://"), "Idempotency-Key": str(uuid4())}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        told = self.programs.request(method, f"{at}/api/v1{path}", json=body, headers=headers)
        assert told.is_success, f"{method} {path}: {told.status_code} {told.text[:600]}"
        found = told.json()
        return found if isinstance(found, dict) else {"items": found}

    @staticmethod
    def _list(answer: dict[str, Any]) -> list[dict[str, Any]]:
        return next(each for each in answer.values() if isinstance(each, list))
