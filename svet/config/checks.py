"""System checks of an installation: what must not stand open in production."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, run_checks
from django.db.utils import OperationalError, ProgrammingError

from svet.config.failures import Failure

_OURSELVES = {"127.0.0.1", "localhost", "::1", "[::1]", "testserver"}


def check_law(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The rows of law that the installation adds can be read, and contradict none that come with Svet."""
    from svet.tariffs.queries.law import law

    try:
        law()
    except (ValueError, KeyError, ArithmeticError) as fault:
        return [Error(f"SVET_LAW_FOLDER: {fault}", id="svet.E030")]
    return []


def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Everything that may not be so with SVET_ENV=production; other environments pass."""
    if settings.ENV != "production":
        return []
    found: list[CheckMessage] = []

    def refuse(number: str, text: str) -> None:
        found.append(Error(text, id=f"svet.{number}"))

    if settings.SANDBOX or apps.is_installed("svet.sandbox"):
        refuse("E001", "the sandbox is installed: unset SVET_SANDBOX")
    if len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 10:
        refuse("E002", "SVET_SECRET_KEY is weak: use 50 random characters")
    if not settings.HTTPS:
        refuse("E003", "SVET_HTTPS is off: sign-ins would travel in the open")
    staff, own = urlsplit(settings.STAFF_URL), urlsplit(settings.BASE_URL)
    hosts = set(settings.ALLOWED_HOSTS) - {staff.hostname}
    if "*" in hosts or hosts <= _OURSELVES:
        refuse("E004", "SVET_HOSTS must name the site's own hosts, and no star")
    if settings.DEBUG:
        refuse("E005", "DEBUG is on")
    if "test_sandbox" in settings.ACQUIRING_URL or _is_ours(settings.ACQUIRING_URL):
        refuse("E006", "SVET_ACQUIRING_URL leads to the sandbox's bank")
    if _is_ours(settings.SMS_URL) or _is_ours(settings.SMS_FALLBACK_URL):
        refuse("E007", "SVET_SMS_URL or SVET_SMS_FALLBACK_URL leads to the sandbox's SMS centre")
    bot = urlsplit(settings.MESSENGER_URL)
    if bot.scheme and (bot.scheme.endswith("+http") or _is_ours(settings.MESSENGER_URL)):
        refuse("E028", "SVET_MESSENGER_URL leads to the sandbox's bot, or to one without https")
    if urlsplit(settings.BASE_URL).scheme != "https":
        refuse("E008", "SVET_BASE_URL must be the site's https address")
    if settings.LIMITS_FACTOR != 1:
        refuse("E009", "SVET_LIMITS_FACTOR loosens the limits: unset it")
    if any(not host.startswith("https://") and "://" in host for host in settings.PUSH_HOSTS):
        refuse("E010", "SVET_PUSH_HOSTS names a service without https")
    if settings.OIDC_ISSUER and urlsplit(settings.OIDC_ISSUER).scheme != "https":
        refuse("E011", "SVET_OIDC_ISSUER must be an https address")
    if not os.environ.get("SVET_TIME_ZONE"):
        refuse("E021", "SVET_TIME_ZONE is not set: name the zone of the installation, such as Europe/Moscow")
    sandboxes = _is_host(settings.EMAIL_HOST) and settings.EMAIL_PORT == 8025
    if sandboxes or not os.environ.get("SVET_SMTP_HOST"):
        refuse("E022", "SVET_SMTP_HOST names no mail server of yours: letters would go nowhere")
    if settings.SMTP_TLS not in ("0", "1", "ssl"):
        refuse("E023", "SVET_SMTP_TLS must be 0, 1 (STARTTLS) or ssl")
    if settings.DEFAULT_FROM_EMAIL == "svet@portal.example" or "@" not in settings.DEFAULT_FROM_EMAIL:
        refuse("E024", "SVET_MAIL_FROM must be an address of yours: letters from another's are thrown away")
    desks, site = ((url.hostname or "").removesuffix(".") for url in (staff, own))
    if settings.STAFF_URL and (staff.scheme != "https" or desks in ("", site) or staff.path or staff.query):
        refuse("E027", "SVET_STAFF_URL must be an https address with a host of its own and nothing behind it")
    if settings.TRACES_TOKEN and not _is_private(settings.TRACES_URL):
        refuse("E026", "SVET_TRACES_TOKEN would travel in the open: use https or a private host")
    scanner = urlsplit(settings.CLAMD_URL).scheme
    if scanner not in ("", "unix") and not (scanner == "tcp" and _is_private(settings.CLAMD_URL)):
        refuse(
            "E029", "SVET_CLAMD_URL is no unix:///… nor tcp://… of a private host: others would read files"
        )
    return found


def check_set_up() -> list[CheckMessage]:
    """What only the database can tell of an installation in production."""
    if settings.ENV != "production":
        return []
    found: list[CheckMessage] = []

    def refuse(number: str, text: str) -> None:
        found.append(Error(text, id=f"svet.{number}"))

    from svet.site.queries import is_set_up

    if not is_set_up():
        refuse("E020", "nobody has said whose portal this is: run svet setup")
    return found


def check_held() -> list[CheckMessage]:
    """A copy of a database would tell and charge people a second time."""
    found: list[CheckMessage] = []

    def refuse(number: str, text: str) -> None:
        found.append(Error(text, id=f"svet.{number}"))

    from svet.site.queries import database_hold

    try:
        hold = database_hold()
    except (OperationalError, ProgrammingError):
        # Pages may start before the database, and before its tables.
        return []
    if hold is not None:
        refuse("E025", "the database was restored or copied from another one: run svet resume")
    return found


def refuse_unsafe() -> None:
    """Stop a process of a production that stands open. :raises Failure: with every reason and its id"""
    wrong = [message for message in run_checks(tags=["svet"]) if message.level >= ERROR]
    # The database is asked last: with wrong settings it may be another one.
    wrong = wrong or check_set_up() or check_held()
    if wrong:
        raise Failure("refusing to start: " + "; ".join(f"{each.msg} ({each.id})" for each in wrong))


def _is_private(url: str) -> bool:
    """Whether what is sent there is encrypted, or stays in a private network; told by the name."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    with contextlib.suppress(ValueError):
        return parts.scheme == "https" or ipaddress.ip_address(name).is_private
    return parts.scheme == "https" or "." not in name or name.endswith((".internal", ".local"))


def _is_ours(url: str) -> bool:
    return _is_host(urlsplit(url).hostname or "")


def _is_host(name: str) -> bool:
    return name in _OURSELVES
