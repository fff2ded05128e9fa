"""The one table of limits, and how long a person is asked to wait."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MINUTE, HOUR, DAY = 60, 3_600, 86_400
#: What is only counted: more than can happen within an hour.
COUNTER = 100_000_000


class LimitName(StrEnum):
    CODES_PER_PHONE_HOUR = "codes_per_phone_hour"
    CODES_PER_PHONE_DAY = "codes_per_phone_day"
    CODES_PER_NETWORK = "codes_per_network"
    SMS_PER_INSTALLATION = "sms_per_installation"
    SOMEBODY_REGISTERS = "somebody_registers"
    CODE_TRIES_EVERYWHERE = "code_tries_everywhere"
    BREAKER_TOLD = "breaker_told"
    CODES_ASKED = "codes_asked"
    CODES_CONFIRMED = "codes_confirmed"
    SIGN_IN_PER_PHONE = "sign_in_per_phone"
    SIGN_IN_PER_DEVICE = "sign_in_per_device"
    SIGN_IN_PER_NETWORK = "sign_in_per_network"
    ENTRANCE_EVERYWHERE = "entrance_everywhere"
    WORK_ONCE = "work_once"
    WORKED_PER_NETWORK = "worked_per_network"
    WAITED_PER_NETWORK = "waited_per_network"
    PASSWORD_CHECKS = "password_checks"  # noqa: S105 - the name of a limit
    SECOND_FACTOR = "second_factor"
    SECOND_FACTOR_SEEN = "second_factor_seen"
    RECOVERY_PER_PHONE = "recovery_per_phone"
    EMAIL_CODES = "email_codes"
    COPIES_PER_PERSON = "copies_per_person"
    PINGS_PER_PERSON = "pings_per_person"
    LINKING_PER_PERSON = "linking_per_person"
    LINKING_WRONG_PER_ACCOUNT = "linking_wrong_per_account"
    LINKING_WRONG_EVERYWHERE = "linking_wrong_everywhere"
    INVITATIONS_PER_PERSON = "invitations_per_person"
    INVITATIONS_PER_PHONE = "invitations_per_phone"
    QUICK_PER_ACCOUNT = "quick_per_account"
    QUICK_PER_NETWORK = "quick_per_network"
    CHECKS_PER_NETWORK = "checks_per_network"
    TEXTS_PER_PHONE = "texts_per_phone"
    READINGS_PER_METER = "readings_per_meter"
    PHOTOS_PER_PERSON = "photos_per_person"
    ORDERS_PER_PERSON = "orders_per_person"
    BINDINGS_PER_PERSON = "bindings_per_person"
    APPEALS_PER_PERSON = "appeals_per_person"
    WALK_INS_PER_MEMBER = "walk_ins_per_member"
    LOOKS_PER_MEMBER = "looks_per_member"
    PROVIDER_PER_NETWORK = "provider_per_network"
    BROWSERS_PER_PERSON = "browsers_per_person"
    MESSENGERS_PER_PERSON = "messengers_per_person"
    ANSWERS_PER_MESSENGER = "answers_per_messenger"
    ACTS_PER_MESSENGER = "acts_per_messenger"
    API_PER_TOKEN = "api_per_token"  # noqa: S105 - the name of a limit
    API_PER_NETWORK = "api_per_network"


@dataclass(frozen=True, slots=True)
class Limit:
    """``amount`` per window of ``window_seconds`` that starts with the first spending.

    ``pauses`` are the seconds to wait after the first, second… spending; the last one repeats.
    """

    amount: int
    window_seconds: int
    pauses: tuple[int, ...] = ()

    def pause_after(self, spent: int) -> int:
        """The seconds to wait after spending number ``spent``."""
        if not self.pauses:
            return 0
        return self.pauses[min(max(spent, 1), len(self.pauses)) - 1]


# Strict ones bind to phone, person, meter and account; per network they are generous, because thousands
# of people share one mobile address.
LIMITS: Mapping[LimitName, Limit] = {
    LimitName.CODES_PER_PHONE_HOUR: Limit(3, HOUR, pauses=(60, 120, 300)),
    LimitName.CODES_PER_PHONE_DAY: Limit(5, DAY),
    LimitName.CODES_PER_NETWORK: Limit(600, HOUR),
    LimitName.SMS_PER_INSTALLATION: Limit(20_000, DAY),
    LimitName.SOMEBODY_REGISTERS: Limit(1, DAY),
    LimitName.CODE_TRIES_EVERYWHERE: Limit(3_000, HOUR),
    LimitName.BREAKER_TOLD: Limit(1, HOUR),
    # Counters of the conversion watch; they stop nobody by themselves.
    LimitName.CODES_ASKED: Limit(COUNTER, HOUR),
    LimitName.CODES_CONFIRMED: Limit(COUNTER, HOUR),
    LimitName.SIGN_IN_PER_PHONE: Limit(10, 5 * MINUTE),
    LimitName.SIGN_IN_PER_DEVICE: Limit(10, 5 * MINUTE),
    LimitName.SIGN_IN_PER_NETWORK: Limit(600, HOUR),
    # Beyond these nobody is turned away: the browser computes a little first (``operations.require``).
    LimitName.ENTRANCE_EVERYWHERE: Limit(30_000, HOUR),
    LimitName.WORK_ONCE: Limit(1, HOUR),
    LimitName.WORKED_PER_NETWORK: Limit(COUNTER, HOUR),
    LimitName.WAITED_PER_NETWORK: Limit(60, MINUTE),
    LimitName.PASSWORD_CHECKS: Limit(5, 15 * MINUTE),
    LimitName.SECOND_FACTOR: Limit(5, 15 * MINUTE),
    # Wrong codes that were judged already: the same one again is answered from here and costs no try.
    LimitName.SECOND_FACTOR_SEEN: Limit(1, 15 * MINUTE),
    LimitName.RECOVERY_PER_PHONE: Limit(5, DAY),
    LimitName.COPIES_PER_PERSON: Limit(10, HOUR),
    LimitName.PINGS_PER_PERSON: Limit(30, HOUR),
    LimitName.EMAIL_CODES: Limit(5, HOUR, pauses=(60, 120, 300)),
    LimitName.LINKING_PER_PERSON: Limit(5, HOUR),
    LimitName.LINKING_WRONG_PER_ACCOUNT: Limit(5, DAY),
    LimitName.LINKING_WRONG_EVERYWHERE: Limit(2_000, HOUR),
    LimitName.INVITATIONS_PER_PERSON: Limit(10, DAY),
    LimitName.INVITATIONS_PER_PHONE: Limit(3, DAY),
    LimitName.QUICK_PER_ACCOUNT: Limit(10, DAY),
    LimitName.QUICK_PER_NETWORK: Limit(60, HOUR),
    LimitName.CHECKS_PER_NETWORK: Limit(60, HOUR),
    # Each is answered by an SMS that costs money.
    LimitName.TEXTS_PER_PHONE: Limit(20, DAY),
    LimitName.READINGS_PER_METER: Limit(20, DAY),
    LimitName.PHOTOS_PER_PERSON: Limit(60, DAY),
    LimitName.ORDERS_PER_PERSON: Limit(10, HOUR),
    # Each leaves a method of payment at the bank that nobody takes away.
    LimitName.BINDINGS_PER_PERSON: Limit(10, DAY),
    LimitName.APPEALS_PER_PERSON: Limit(20, DAY),
    LimitName.WALK_INS_PER_MEMBER: Limit(30, DAY),
    # Cabinets seen with their customers' eyes: more than a line at the telephone asks for in an hour.
    LimitName.LOOKS_PER_MEMBER: Limit(20, HOUR),
    # Each asks the retailer's own sign-in service something.
    LimitName.PROVIDER_PER_NETWORK: Limit(300, HOUR),
    # Each is answered by a notice in the browser.
    LimitName.BROWSERS_PER_PERSON: Limit(20, HOUR),
    # Each makes a link that opens the notices of a cabinet to whoever opens it first.
    LimitName.MESSENGERS_PER_PERSON: Limit(10, HOUR),
    # By account of the messenger: who writes more to the bot is acted on and not answered.
    LimitName.ANSWERS_PER_MESSENGER: Limit(20, HOUR),
    # Each is a row that stays for months: beyond these the account is not heard at all.
    LimitName.ACTS_PER_MESSENGER: Limit(200, HOUR),
    LimitName.API_PER_TOKEN: Limit(120, MINUTE),
    LimitName.API_PER_NETWORK: Limit(600, HOUR),
}


#: Limits of a network or of the whole installation: letting one go concerns more than one person.
SHARED = frozenset(
    {
        LimitName.CODES_PER_NETWORK,
        LimitName.SMS_PER_INSTALLATION,
        LimitName.CODE_TRIES_EVERYWHERE,
        LimitName.SIGN_IN_PER_NETWORK,
        LimitName.LINKING_WRONG_EVERYWHERE,
        LimitName.QUICK_PER_NETWORK,
        LimitName.CHECKS_PER_NETWORK,
        LimitName.API_PER_NETWORK,
        LimitName.ENTRANCE_EVERYWHERE,
        LimitName.WAITED_PER_NETWORK,
        LimitName.PROVIDER_PER_NETWORK,
    }
)
#: Buckets that hold nobody: counters, and marks that a thing was said or used.
BOOKKEEPING = frozenset(
    {
        LimitName.SOMEBODY_REGISTERS,
        LimitName.BREAKER_TOLD,
        LimitName.SECOND_FACTOR_SEEN,
        LimitName.CODES_ASKED,
        LimitName.CODES_CONFIRMED,
        LimitName.WORK_ONCE,
        LimitName.WORKED_PER_NETWORK,
    }
)
#: Limits whose key is the inner key of a person.
OF_PERSON = frozenset(
    {
        LimitName.BINDINGS_PER_PERSON,
        LimitName.BROWSERS_PER_PERSON,
        LimitName.COPIES_PER_PERSON,
        LimitName.EMAIL_CODES,
        LimitName.INVITATIONS_PER_PERSON,
        LimitName.LINKING_PER_PERSON,
        LimitName.LOOKS_PER_MEMBER,
        LimitName.MESSENGERS_PER_PERSON,
        LimitName.ORDERS_PER_PERSON,
        LimitName.PASSWORD_CHECKS,
        LimitName.PHOTOS_PER_PERSON,
        LimitName.PINGS_PER_PERSON,
        LimitName.SECOND_FACTOR,
        LimitName.WALK_INS_PER_MEMBER,
    }
)


def sms_a_day(*, messages: int, budget_kopecks: int, price_kopecks: int) -> int:
    """How many code SMS a day may go out: ``messages``, or fewer when the day's money buys fewer.

    A code is one part. A price or a budget of 0 is unknown and caps nothing.
    """
    if not (budget_kopecks and price_kopecks):
        return messages
    return min(messages, max(budget_kopecks // price_kopecks, 1))


def loosened(limit: Limit, *, factor: int) -> Limit:
    """The same limit ``factor`` times as wide and, when wider, without pauses.

    For load tests and demonstrations; 1 leaves it alone.
    """
    if factor == 1:
        return limit
    return Limit(limit.amount * factor, limit.window_seconds)


def wait_in_minutes(seconds: float) -> int:
    """Whole minutes to tell a person who must wait ``seconds``; never less than one."""
    return max(1, math.ceil(seconds / MINUTE))


def network_of(address: str) -> str:
    """The key of a client's network: an IPv4 address itself, the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address[:45])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
