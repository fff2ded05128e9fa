"""What the bank knows: payments, refunds and idempotence keys, each change on disk before it is answered."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from svet.sandbox.world.cards import KEPT_BEFORE, KEPT_NUMBER
from svet.sandbox.world.journal import Journal

PAGE_LIVES: Final = timedelta(hours=1)
KEYS_LIVE: Final = timedelta(hours=24)
FINAL: Final = frozenset({"succeeded", "canceled"})

Clock = Callable[[], datetime]


class IdempotenceKeyReused(Exception):
    """The idempotence key came with another body."""


def now_utc() -> datetime:
    """The bank's own clock."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as the API writes it: UTC with milliseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Vault:
    """Payments and refunds by id; replayed from the journal, so that the bank survives a restart."""

    def __init__(self, *, journal: Journal, clock: Clock = now_utc) -> None:
        self._journal = journal
        self._clock = clock
        self._lock = threading.RLock()
        self._payments: dict[str, dict[str, Any]] = {}
        self._refunds: dict[str, dict[str, Any]] = {}
        self._methods: dict[str, dict[str, Any]] = {}
        self._keys: dict[tuple[str, str], tuple[str, str, datetime]] = {}
        self.delivered: set[str] = set()
        for entry in journal.entries("bank"):
            self._apply(entry)

    def create(
        self, *, key: str, shop: str, what: str, body: Mapping[str, Any], make: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Make a payment or refund once per key. :raises KeyReused: the key came with another body"""
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        with self._lock:
            known = self._keys.get((shop, key))
            if known is not None and self._clock() - known[2] < KEYS_LIVE:
                if known[0] != digest:
                    raise IdempotenceKeyReused(key)
                shelves = (self._payments, self._refunds, self._methods)
                return next(shelf[known[1]] for shelf in shelves if known[1] in shelf)
            thing = make()
            self._write(f"{what}.created", thing, key=key, shop=shop, digest=digest)
            return thing

    def knows(self, shop: str, key: str) -> bool:
        """Whether the key has made something already."""
        with self._lock:
            return (shop, key) in self._keys

    def payment(self, payment_id: str) -> dict[str, Any] | None:
        """A payment as it stands now; one that was left lying for an hour is cancelled by the look itself."""
        with self._lock:
            payment = self._payments.get(payment_id)
            if payment is None:
                return None
            due = datetime.fromisoformat(payment["created_at"]) + PAGE_LIVES
            if "due_at" in payment:
                due = datetime.fromisoformat(payment["due_at"])
            if payment["status"] == "pending" and self._clock() > due:
                return self.cancel(payment_id, reason="expired_on_confirmation", party="yoo_money")
            return payment

    def payments(self, shop: str) -> list[dict[str, Any]]:
        """All payments of a shop, newest first."""
        with self._lock:
            own = [thing for thing in self._payments.values() if thing["shop"] == shop]
        return sorted(own, key=lambda thing: str(thing["created_at"]), reverse=True)

    def refunds(self, shop: str) -> list[dict[str, Any]]:
        """All refunds of a shop, newest first."""
        with self._lock:
            own = [thing for thing in self._refunds.values() if thing["shop"] == shop]
        return sorted(own, key=lambda thing: str(thing["created_at"]), reverse=True)

    def refund(self, refund_id: str) -> dict[str, Any] | None:
        """A refund by id."""
        return self._refunds.get(refund_id)

    def saved_method(self, shop: str, method_id: str) -> dict[str, Any] | None:
        """A method of payment kept at an earlier payment of the shop, with the card's number inside."""
        if method_id == KEPT_BEFORE:
            return {"number": KEPT_NUMBER}
        with self._lock:
            bound = self._methods.get(method_id)
            if bound is not None and bound["shop"] == shop and bound["status"] == "active":
                return bound
            payment = self._payments.get(method_id)
            if payment is None or payment["shop"] != shop:
                return None
            method = payment.get("payment_method") or {}
            return payment if method.get("saved") is True and payment["status"] == "succeeded" else None

    def bound_method(self, method_id: str) -> dict[str, Any] | None:
        """An account that is, or was to be, bound without a payment; the page of one lives for an hour."""
        with self._lock:
            method = self._methods.get(method_id)
            if method is None or method["status"] != "pending":
                return method
            if self._clock() <= datetime.fromisoformat(method["created_at"]) + PAGE_LIVES:
                return method
            return self.decide_method(method_id, status="inactive")

    def decide_method(self, method_id: str, *, status: str, **changes: Any) -> dict[str, Any] | None:
        """Bind an account, or not; None when that is decided. One that is bound may be revoked later."""
        with self._lock:
            method = self._methods[method_id]
            if method["status"] != "pending":
                return None
            decided = method | changes | {"status": status, "saved": status == "active"}
            self._write(f"method.{status}", decided)
            return decided

    def undelivered_methods(self) -> list[dict[str, Any]]:
        """Bound accounts whose shop has not confirmed the webhook yet."""
        with self._lock:
            active = [thing for thing in self._methods.values() if thing["status"] == "active"]
        return [thing for thing in active if thing["id"] not in self.delivered]

    def shop_of(self, thing: Mapping[str, Any]) -> str:
        """Whose payment, refund or bound account it is."""
        found = self.payment(str(thing.get("payment_id") or thing["id"])) or self._methods.get(thing["id"])
        return str(found["shop"]) if found else ""

    def remember_card(self, payment_id: str, *, number: str) -> None:
        """Keep which test card was typed, so that a saved method behaves as that card does."""
        with self._lock:
            self._write("payment.card", self._payments[payment_id] | {"number": number})

    def succeed(self, payment_id: str, *, method: Mapping[str, Any]) -> dict[str, Any] | None:
        """Take the money; None when the payment is already decided."""
        return self._decide(
            payment_id,
            status="succeeded",
            paid=True,
            refundable=True,
            captured_at=stamp(self._clock()),
            payment_method=dict(method),
        )

    def hold(self, payment_id: str, *, method: Mapping[str, Any]) -> dict[str, Any] | None:
        """Hold the money until the shop captures it."""
        return self._decide(
            payment_id,
            status="waiting_for_capture",
            paid=True,
            expires_at=stamp(self._clock() + timedelta(days=7)),
            payment_method=dict(method),
        )

    def capture(self, payment_id: str, *, amount: Mapping[str, Any]) -> dict[str, Any] | None:
        """Take so much of the money that was held; the rest is released."""
        return self._decide(
            payment_id,
            status="succeeded",
            refundable=True,
            captured_at=stamp(self._clock()),
            amount=dict(amount),
        )

    def cancel(
        self,
        payment_id: str,
        *,
        reason: str,
        party: str = "payment_network",
        method: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Refuse the money; None when the payment is already decided."""
        changes: dict[str, Any] = {"payment_method": dict(method)} if method else {}
        details = {"party": party, "reason": reason}
        return self._decide(
            payment_id, status="canceled", paid=False, cancellation_details=details, **changes
        )

    def decline(self, payment_id: str, *, code: str, final: bool) -> dict[str, Any] | None:
        """Refuse one card; unless it is ``final`` the person may try another. None when it is decided."""
        if final:
            details = {"party": "payment_network", "reason": code}
            return self._decide(payment_id, status="canceled", declined=code, cancellation_details=details)
        with self._lock:
            payment = self._payments[payment_id]
            return (
                None
                if payment["status"] in FINAL
                else self.mark(payment_id, "payment.declined", declined=code)
            )

    def mark(self, payment_id: str, event: str, **changes: Any) -> dict[str, Any]:
        """Keep something more about a payment; where it stands is not changed by it."""
        with self._lock:
            self._write(event, self._payments[payment_id] | changes)
            return self._payments[payment_id]

    def note_delivery(self, *, event: str, thing_id: str, url: str, answer: str) -> None:
        """Remember how the shop answered a webhook."""
        with self._lock:
            entry = {"event": "webhook", "about": event, "id": thing_id, "url": url, "answer": answer}
            self._apply(self._journal.append("bank", entry))

    def undelivered(self) -> list[dict[str, Any]]:
        """Decided payments whose shop has not confirmed the webhook yet."""
        with self._lock:
            return [
                thing
                for thing in self._payments.values()
                if thing["status"] in FINAL and thing["id"] not in self.delivered and not thing.get("quiet")
            ]

    def undelivered_refunds(self) -> list[dict[str, Any]]:
        """Refunds whose shop has not confirmed the webhook yet."""
        with self._lock:
            return [
                thing
                for thing in self._refunds.values()
                if thing["id"] not in self.delivered and not self._payments[thing["payment_id"]].get("quiet")
            ]

    def silence(self, payment_id: str) -> None:
        """Never send a webhook about this payment (the card that keeps silent)."""
        with self._lock:
            self._write("payment.silenced", self._payments[payment_id] | {"quiet": True})

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def _decide(self, payment_id: str, **changes: Any) -> dict[str, Any] | None:
        with self._lock:
            payment = self._payments[payment_id]
            if payment["status"] in FINAL:
                return None
            decided = payment | changes
            if changes["status"] == "succeeded":
                decided.pop("declined", None)
            self._write(f"payment.{decided['status']}", decided)
            return decided

    def _write(self, event: str, thing: dict[str, Any], **extra: Any) -> None:
        self._apply(self._journal.append("bank", {"event": event, "object": thing, **extra}))

    def _apply(self, entry: Mapping[str, Any]) -> None:
        if entry["event"] == "webhook":
            if entry["answer"] == "200":
                self.delivered.add(entry["id"])
            return
        thing = entry["object"]
        if entry["event"] == "refund.created" and thing["id"] not in self._refunds:
            # The refund and what is left of its payment are one line of the journal, hence one change.
            payment = self._payments[thing["payment_id"]]
            back = payment["refunded_kopecks"] + int(thing["amount"]["value"].replace(".", ""))
            self._payments[payment["id"]] = payment | {"refunded_kopecks": back}
        shelves = {"refund": self._refunds, "method": self._methods}
        shelves.get(entry["event"].partition(".")[0], self._payments)[thing["id"]] = thing
        if "key" in entry:
            made_at = datetime.fromisoformat(thing["created_at"])
            self._keys[(entry["shop"], entry["key"])] = (entry["digest"], thing["id"], made_at)
