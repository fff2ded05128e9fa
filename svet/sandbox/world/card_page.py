"""The bank's page where the card is typed: ``/card/<payment id>``."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final
from urllib.parse import parse_qs, quote
from wsgiref.types import StartResponse, WSGIEnvironment

from svet.sandbox.world import cards
from svet.sandbox.world.card_texts import FORM, PAGE, RESULT, THREE_D_SECURE
from svet.sandbox.world.cards import Behaviour, SampleCard
from svet.sandbox.world.payment_form import shown
from svet.sandbox.world.sber_form import ACTION_CODES
from svet.sandbox.world.tbank_form import CODES
from svet.sandbox.world.vault import FINAL, Vault
from svet.sandbox.world.webhooks import Webhooks

_PATH: Final = re.compile(r"/card/([0-9a-f-]{10,36})(?:/(3ds|cancel))?/?", re.ASCII)
_EXPIRY: Final = re.compile(r"(0[1-9]|1[0-2]) ?/? ?([0-9]{2})", re.ASCII)
SLOW_SECONDS: Final = 5.0
LATE_SECONDS: Final = 20.0
LONGEST_FORM: Final = 16 * 1024
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


class _Page:
    """One request to the page of one payment."""

    def __init__(
        self, payment: dict[str, Any], start_response: StartResponse, vault: Vault, webhooks: Webhooks
    ) -> None:
        self._payment = payment
        self._start_response = start_response
        self._vault = vault
        self._webhooks = webhooks

    def form(self, *, error: str = "", typed: Mapping[str, str] | None = None) -> Iterable[bytes]:
        """The form, or where the payment already stands."""
        if self._payment["status"] in FINAL:
            return self._result()
        typed = typed or {}
        hints = "".join(
            f'<li><a href="?card={card.number}"><code>{card.spaced}</code> {escape(card.title)}</a></li>'
            for card in cards.CARDS
        )
        content = FORM.substitute(
            self._words(),
            error=f'<p class="error" role="alert" id="error">{escape(error)}</p>' if error else "",
            number=escape(typed.get("number", ""), quote=True),
            expiry=escape(typed.get("expiry", ""), quote=True),
            hints=hints,
        )
        return self._html("422 Unprocessable Content" if error else "200 OK", content)

    def pay(self, typed: Mapping[str, str]) -> Iterable[bytes]:
        """«Оплатить» was pressed."""
        if self._payment["status"] in FINAL:
            return self._back()
        if self._payment.get("kept_number"):
            # The bank keeps this card: nothing but its CVC is asked, and no other card can be typed.
            typed = {**typed, "number": str(self._payment["kept_number"]), "expiry": "12/30"}
        elif typed.get("method") == "sbp":
            return self._take({"type": "sbp", "id": self._payment["id"], "saved": False, "title": "СБП"})
        card = cards.find(typed.get("number", "")[:40])
        if card is None:
            return self.form(error="Такой карты у испытательного банка нет: выберите из списка.", typed=typed)
        if not _EXPIRY.fullmatch(typed.get("expiry", "").strip()):
            return self.form(error="Срок карты: месяц и год, например 12/30.", typed=typed)
        if not re.fullmatch(r"[0-9]{3}", typed.get("csc", ""), re.ASCII):
            return self.form(error="CVC — три цифры на обороте карты.", typed=typed)
        if card.behaviour is Behaviour.THREE_D_SECURE:
            return self._html("200 OK", THREE_D_SECURE.substitute(self._words(), number=card.number))
        return self._decide(card)

    def confirm(self, typed: Mapping[str, str]) -> Iterable[bytes]:
        """The code of 3-D Secure was sent."""
        card = cards.find(typed.get("number", "")[:40])
        if card is None or self._payment["status"] in FINAL:
            return self._back()
        if typed.get("code", "").strip() != cards.THREE_D_SECURE_CODE:
            return self._refuse("3d_secure_failed", method_of(card, self._payment["id"]))
        return self._decide(card)

    def cancel(self) -> Iterable[bytes]:
        """The person gave up; the shop learns it at once, unless the page lives on."""
        if self._payment.get("tries_again"):
            return self._back()
        return self._refuse("expired_on_confirmation", None)

    def _decide(self, card: SampleCard) -> Iterable[bytes]:
        saved = bool(self._payment.get("keeps_method"))
        if saved or self._payment.get("tries_again"):
            self._vault.remember_card(self._payment["id"], number=card.number)
        method = method_of(card, self._payment["id"], saved=saved)
        match card.behaviour:
            case Behaviour.DECLINE:
                return self._refuse(card.reason, method)
            case Behaviour.SLOW:
                time.sleep(SLOW_SECONDS)
            case Behaviour.SILENT:
                self._vault.silence(self._payment["id"])
                self._succeed(method, quiet=True)
                return self._back()
            case Behaviour.LATE:
                # Nobody waits for this one: the person goes back before the bank has decided.
                self._webhooks.later(lambda: self._succeed(method), after=LATE_SECONDS)
                return self._back()
        return self._take(method)

    def _take(self, method: Mapping[str, Any]) -> Iterable[bytes]:
        self._succeed(method)
        return self._back()

    def _succeed(self, method: Mapping[str, Any], *, quiet: bool = False) -> None:
        take = self._vault.succeed if self._payment["capture"] else self._vault.hold
        changed = take(self._payment["id"], method=method)
        if changed is not None and not quiet:
            self._webhooks.send(f"payment.{changed['status']}", shown(changed))

    def _refuse(self, reason: str, method: Mapping[str, Any] | None) -> Iterable[bytes]:
        if self._payment.get("tries_again"):
            return self._decline(reason)
        changed = self._vault.cancel(self._payment["id"], reason=reason, method=method)
        if changed is not None:
            self._webhooks.send("payment.canceled", shown(changed))
        return self._back()

    def _decline(self, reason: str) -> Iterable[bytes]:
        """Some banks leave the page open: the next card may do."""
        codes = ACTION_CODES if "order_number" in self._payment else CODES
        changed = self._vault.decline(self._payment["id"], code=codes[reason], final=False)
        if changed is None:
            return self._back()
        self._webhooks.send("payment.declined", changed)
        return self.form(error="Банк отклонил карту. Возьмите другую или вернитесь в магазин.")

    def _back(self) -> Iterable[bytes]:
        self._start_response(
            "303 See Other",
            [("Location", quote(self._payment["return_url"], safe=":/?&=%#[]@!$'()*+,;~-._"))],
        )
        return [b""]

    def _result(self) -> Iterable[bytes]:
        paid = self._payment["status"] == "succeeded"
        title = "Оплачено" if paid else "Платёж отменён"
        return self._html("200 OK", RESULT.substitute(self._words(), title=title))

    def _words(self) -> dict[str, str]:
        whole, _, rest = str(self._payment["amount"]["value"]).partition(".")
        grouped = f"{int(whole):,}".replace(",", "\u00a0")
        order = self._payment.get("payment_order") or {}
        recipient = (order.get("recipient") or {}).get("name") or "Магазин"
        return {
            "id": self._payment["id"],
            "sum": f"{grouped},{rest}\u00a0₽",
            "recipient": escape(str(recipient)),
            "description": escape(str(self._payment.get("description") or "")),
            "return_url": escape(self._payment["return_url"], quote=True),
            "code": cards.THREE_D_SECURE_CODE,
        }

    def _html(self, status: str, content: str) -> Iterable[bytes]:
        return html(self._start_response, status, content)


def answer(
    environ: WSGIEnvironment, start_response: StartResponse, *, vault: Vault, webhooks: Webhooks
) -> Iterable[bytes]:
    """Answer one request to the page."""
    match_ = _PATH.fullmatch(str(environ.get("PATH_INFO", "")))
    payment = vault.payment(match_[1]) if match_ else None
    if match_ is None or payment is None:
        text = "<h1>Такого платежа нет</h1><p>Вернитесь в магазин и начните оплату заново.</p>"
        return html(start_response, "404 Not Found", text)
    page = _Page(payment, start_response, vault, webhooks)
    if environ["REQUEST_METHOD"] != "POST":
        if payment.get("tries_again") and not payment.get("shown") and payment["status"] not in FINAL:
            vault.mark(payment["id"], "payment.shown", shown=True)
        typed = _fields(str(environ.get("QUERY_STRING", "")))
        card = cards.find(str(payment.get("kept_number") or typed.get("card", ""))[:40])
        return page.form(typed={"number": card.spaced, "expiry": "12/30"} if card else None)
    length = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_FORM)
    typed = _fields(environ["wsgi.input"].read(length).decode("utf-8", "replace"))
    match match_[2]:
        case "3ds":
            return page.confirm(typed)
        case "cancel":
            return page.cancel()
    return page.pay(typed)


def html(start_response: StartResponse, status: str, content: str) -> Iterable[bytes]:
    """A page of the bank."""
    body = PAGE.substitute(content=content).encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", POLICY),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(status, headers)
    return [body]


def method_of(card: SampleCard, method_id: str, *, saved: bool = False) -> dict[str, Any]:
    """The payment method as the API shows it: never the whole number.

    A method has the id of the payment it was first used for.
    """
    number = card.number
    return {
        "type": "bank_card",
        "id": method_id,
        "saved": saved,
        "title": f"Bank card *{number[-4:]}",
        "card": {
            "first6": number[:6],
            "last4": number[-4:],
            "expiry_month": "12",
            "expiry_year": "2030",
            "card_type": cards.system(number),
            "issuer_country": "RU",
        },
    }


def _fields(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
