"""Short messages, by the provider that ``SVET_SMS_URL`` names."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.port import Sms
from svet.gateways.sms.smpp import SmppSms
from svet.gateways.sms.smsc_ru import SmscRu


def gateway() -> Sms:
    """The provider of this installation; one bind per process and address."""
    return _gateway(settings.SMS_URL)


@lru_cache(maxsize=8)
def _gateway(url: str) -> Sms:
    address = SmsAddress.parse(url)
    if address.scheme == "smpp":
        return SmppSms(address=address)
    return SmscRu(address=address)
