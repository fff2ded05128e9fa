"""smsc.ru over HTTPS (their API 2.x: POST /sys/send.php, ``fmt=3`` answers JSON)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import httpx

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.port import Receipt, Take

#: Their ``error_code``: 1 parameters, 2 login, 3 no money, 4 address blocked for a while, 5 date,
#: 6 forbidden text or sender, 7 number, 8 cannot be delivered, 9 too many equal requests at once.
_PERMANENT: Final = frozenset({"1", "5", "6", "7", "8"})


class SmscRu:
    """Our id goes along as theirs, so a repeated request makes no second message."""

    def __init__(self, *, address: SmsAddress, transport: httpx.BaseTransport | None = None) -> None:
        scheme = address.scheme.partition("+")[2]
        self._address = address
        self._client = httpx.Client(
            base_url=f"{scheme}://{address.host}:{address.port}",
            timeout=httpx.Timeout(10.0),
            transport=transport,
        )

    def send(self, *, to: str, text: str, message_id: str) -> str:
        number = _number_of(message_id)
        form = {
            "login": self._address.login,
            "psw": self._address.password,
            "phones": to,
            "mes": text,
            "charset": "utf-8",
            "fmt": "3",
            "id": str(number),
        }
        if self._address.sender:
            form["sender"] = self._address.sender
        try:
            response = self._client.post("/sys/send.php", data=form)
            answer = response.json()
        except httpx.HTTPError as error:
            raise Temporary(f"smsc.ru: {type(error).__name__}") from error
        except ValueError as error:
            raise Temporary(f"smsc.ru: HTTP {response.status_code} without JSON") from error
        if not isinstance(answer, dict):
            raise Temporary("smsc.ru: an answer of an unknown shape")
        if "error_code" in answer or "error" in answer:
            code = str(answer.get("error_code", ""))
            kind = Permanent if code in _PERMANENT else Temporary
            raise kind(f"smsc.ru: error {code} {answer.get('error', '')}"[:180])
        return str(answer.get("id", number))

    def receipts(self) -> Sequence[Receipt]:
        return ()

    def listen(self, take: Take) -> None:
        """Their numbers for answers are another product; over plain HTTP nobody writes to us."""


def _number_of(message_id: str) -> int:
    """Their id is a positive number of up to 31 bits."""
    return (zlib.crc32(message_id.encode()) & 0x7FFFFFFF) or 1
