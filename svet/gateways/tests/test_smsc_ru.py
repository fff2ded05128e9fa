from __future__ import annotations

from urllib.parse import parse_qs

import httpx
import pytest

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.port import DeliveryReceipt
from svet.gateways.sms.smsc_ru import SmscRu

ADDRESS = SmsAddress.parse("smsc+https://login:secret@smsc.ru?sender=SVET")


def gateway(answer: httpx.Response | Exception, seen: list[dict[str, list[str]]] | None = None) -> SmscRu:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(parse_qs(request.content.decode()))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SmscRu(address=ADDRESS, transport=httpx.MockTransport(handle))


def test_a_message_goes_with_our_id_so_that_a_repeat_makes_no_second_one() -> None:
    seen: list[dict[str, list[str]]] = []
    sender = gateway(httpx.Response(200, json={"id": 77, "cnt": 1}), seen)
    assert sender.send(to="+79117178512", text="Привет", message_id="m1") == "77"
    sender.send(to="+79117178512", text="Привет", message_id="m1")
    assert seen[0]["id"] == seen[1]["id"]
    assert seen[0]["mes"] == ["Привет"]
    assert seen[0]["charset"] == ["utf-8"]
    assert seen[0]["fmt"] == ["3"]
    assert seen[0]["sender"] == ["SVET"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(200, json={"error": "invalid number", "error_code": 7}), Permanent),
        (httpx.Response(200, json={"error": "no money", "error_code": 3}), Temporary),
        (httpx.Response(200, json={"error": "new thing", "error_code": "9"}), Temporary),
        (httpx.Response(200, json={"error": "odd", "error_code": "x"}), Temporary),
        (httpx.Response(502, text="<html>bad gateway</html>"), Temporary),
        (httpx.Response(200, text="<html>maintenance</html>"), Temporary),
        (httpx.Response(200, json=[1]), Temporary),
        (httpx.ConnectTimeout("slow"), Temporary),
    ],
)
def test_every_odd_answer_is_one_of_two_failures(
    answer: httpx.Response | Exception, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as failure:
        gateway(answer).send(to="+79117178512", text="x", message_id="m1")
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("url", ["http://x", "smpp://", "", "smsc://login@smsc.ru"])
def test_an_unknown_provider_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SVET_SMS_URL"):
        SmsAddress.parse(url)


def test_the_password_stays_out_of_the_representation() -> None:
    assert "secret" not in repr(ADDRESS)


def test_the_fate_of_messages_is_asked_for_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.gateways.sms.smsc_ru._BETWEEN_SECONDS", 0.0)
    statuses = {"1": 0, "2": 0}

    def handle(request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        if request.url.path == "/sys/send.php":
            return httpx.Response(200, json={"id": 1 if form["phones"] == ["+79117178512"] else 2})
        ids = [one for one in form["id"][0].split(",") if one]
        return httpx.Response(200, json=[{"id": int(one), "status": statuses[one]} for one in ids])

    sender = SmscRu(address=ADDRESS, transport=httpx.MockTransport(handle))
    sender.send(to="+79117178512", text="x", message_id="m1")
    sender.send(to="+79117178513", text="x", message_id="m2")
    assert list(sender.receipts()) == []
    statuses |= {"1": 1, "2": 20}
    assert list(sender.receipts()) == [
        DeliveryReceipt("1", delivered=True),
        DeliveryReceipt("2", delivered=False, reason="smsc.ru: cannot be delivered"),
    ]
    assert list(sender.receipts()) == []
