"""Short messages, by the provider of ``SVET_SMS_URL`` and, when it fails, that of ``SVET_SMS_FALLBACK_URL``.

What people send back is heard by ``gateway().listen(take)``: ``notices.jobs.listen`` keeps each text and has
it read, before the provider is told that it arrived.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.chain import SmsChain, SmsRoute
from svet.gateways.sms.port import Sms
from svet.gateways.sms.smpp import SmppSms
from svet.gateways.sms.smsc_ru import SmscRu


def gateway() -> SmsChain:
    """The providers of this installation; one bind per process and address."""
    return _gateway(settings.SMS_URL, settings.SMS_FALLBACK_URL)


@lru_cache(maxsize=8)
def _gateway(*urls: str) -> SmsChain:
    addresses = [SmsAddress.parse(url) for url in urls if url]
    return SmsChain([SmsRoute(_name(address), _one(address)) for address in addresses])


def _name(address: SmsAddress) -> str:
    return f"{address.host[:24]}:{address.port}"


def _one(address: SmsAddress) -> Sms:
    return SmppSms(address=address) if address.scheme == "smpp" else SmscRu(address=address)
