"""smsc.ru over HTTPS (their API 2.x: POST /sys/send.php, ``fmt=3`` answers JSON)."""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

import httpx

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.port import DeliveryReceipt, Take
from svet.kernel.spans import span

#: Their ``error_code``: 1 parameters, 2 login, 3 no money, 4 address blocked for a while, 5 date,
#: 6 forbidden text or sender, 7 number, 8 cannot be delivered, 9 too many equal requests at once.
_PERMANENT: Final = frozenset({"1", "5", "6", "7", "8"})
#: Their ``status`` of a message that has met its end: 1 delivered, 2 read.
_DELIVERED: Final = frozenset({"1", "2"})
_LOST: Final[Mapping[str, str]] = {
    "3": "expired",
    "20": "cannot be delivered",
    "22": "wrong number",
    "23": "forbidden",
    "24": "no money",
    "25": "unreachable number",
}
_BETWEEN_SECONDS: Final = 20.0


class SmscRu:
    """Our id goes along as theirs, so a repeated request makes no second message."""

    def __init__(self, *, address: SmsAddress, transport: httpx.BaseTransport | None = None) -> None:
        scheme = address.scheme.partition("+")[2]
        self._address = address
        self._sent: deque[tuple[str, str]] = deque(maxlen=10_000)
        self._ask_again_at = 0.0
        self._client = httpx.Client(
            base_url=f"{scheme}://{address.host}:{address.port}",
            timeout=httpx.Timeout(10.0),
            transport=transport,
        )

    def send(self, *, to: str, text: str, message_id: str) -> str:
        number = _number_of(message_id)
        form = {
            "phones": to,
            "mes": text,
            "charset": "utf-8",
            "id": str(number),
        }
        if self._address.sender:
            form["sender"] = self._address.sender
        answer = self._ask("/sys/send.php", form)
        if not isinstance(answer, dict):
            raise Temporary("smsc.ru: an answer of an unknown shape")
        if "error_code" in answer or "error" in answer:
            code = str(answer.get("error_code", ""))
            kind = Permanent if code in _PERMANENT else Temporary
            raise kind(f"smsc.ru: error {code} {answer.get('error', '')}"[:180])
        reference = str(answer.get("id", number))
        self._sent.append((reference, to))
        return reference

    def receipts(self) -> Sequence[DeliveryReceipt]:
        """Ask for the fate of what this process sent, at most every so often and a hundred at a time."""
        if not self._sent or time.monotonic() < self._ask_again_at:
            return ()
        self._ask_again_at = time.monotonic() + _BETWEEN_SECONDS
        asked = [self._sent.popleft() for _ in range(min(len(self._sent), 100))]
        found: list[DeliveryReceipt] = []
        try:
            answers = self._ask(
                "/sys/status.php",
                {
                    "phone": ",".join(phone for _, phone in asked) + ",",
                    "id": ",".join(reference for reference, _ in asked) + ",",
                },
            )
        except Temporary:
            answers = None
        told = {str(one.get("id")): one for one in answers} if isinstance(answers, list) else {}
        for reference, phone in asked:
            status = str(told.get(reference, {}).get("status", ""))
            if status in _DELIVERED or status in _LOST:
                reason = "" if status in _DELIVERED else f"smsc.ru: {_LOST[status]}"
                found.append(DeliveryReceipt(reference, delivered=status in _DELIVERED, reason=reason))
            else:
                self._sent.append((reference, phone))
        return found

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def _ask(self, path: str, form: dict[str, str]) -> object:
        """One call; what the answer says. :raises Temporary: there was none, or none that can be read."""
        given = {"login": self._address.login, "psw": self._address.password, "fmt": "3", **form}
        try:
            with span("sms", server=self._address.host):
                response = self._client.post(path, data=given)
            answer: object = response.json()
        except httpx.HTTPError as error:
            raise Temporary(f"smsc.ru: {type(error).__name__}") from error
        except ValueError as error:
            raise Temporary(f"smsc.ru: HTTP {response.status_code} without JSON") from error
        return answer

    def listen(self, take: Take) -> None:
        """Their numbers for answers are another product; over plain HTTP nobody writes to us."""


def _number_of(message_id: str) -> int:
    """Their id is a positive number of up to 31 bits."""
    return (zlib.crc32(message_id.encode()) & 0x7FFFFFFF) or 1
