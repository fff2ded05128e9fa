"""What the environment says, turned into settings values; a wrong value stops with one clear line."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from svet.kernel import push_keys


class WrongEnvironment(SystemExit):
    """A setting cannot be used; the message is one line for the operator."""


def environment_name() -> str:
    """``demo``, ``test`` or ``production``. :raises WrongEnvironment: another word"""
    name = os.environ.get("SVET_ENV", "demo")
    if name not in ("demo", "test", "production"):
        raise WrongEnvironment(f"SVET_ENV must be demo, test or production, not {name[:20]!r}")
    return name


def secret(name: str, default: str = "") -> str:
    """A secret of the environment, or of the file that ``NAME_FILE`` names.

    :raises WrongEnvironment: both are given, or the file cannot be read or is empty
    """
    given, place = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if not place:
        return given or default
    if given:
        raise WrongEnvironment(f"{name} and {name}_FILE are both set: keep one")
    try:
        read = Path(place).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise WrongEnvironment(f"{name}_FILE cannot be read: {place[:200]}: {why}") from None
    if not read:
        raise WrongEnvironment(f"{name}_FILE is empty: {place[:200]}")
    return read


def integer(name: str, default: int) -> int:
    """A whole number of the environment. :raises WrongEnvironment: something else stands there"""
    given = os.environ.get(name, "") or str(default)
    if not (given.isascii() and given.isdigit() and len(given) <= 9):
        raise WrongEnvironment(f"{name} must be a whole number, not {given[:20]!r}")
    return int(given)


#: A term of more days is no term; so far back the calendar goes.
_LONGEST_TERM = 36_500


def term(name: str, default: int) -> int:
    """Days that something is kept, 0: for ever. :raises WrongEnvironment: more than a hundred years"""
    days = integer(name, default)
    if days > _LONGEST_TERM:
        raise WrongEnvironment(f"{name} is more than a hundred years: write 0 to keep for ever")
    return days


def traces_url() -> str:
    """Where traces go, or nothing. :raises WrongEnvironment: nothing could be sent there"""
    given = os.environ.get("SVET_TRACES_URL", "")
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise WrongEnvironment("SVET_TRACES_URL must look like http://collector:4318/v1/traces")
    return given


def networks(name: str) -> list[str]:
    """Networks by commas. :raises WrongEnvironment: one of them is none"""
    found = names(name)
    for each in found:
        try:
            ipaddress.ip_network(each, strict=False)
        except ValueError:
            raise WrongEnvironment(f"{name}: {each[:40]!r} is no network") from None
    return found


def names(name: str, default: str = "") -> list[str]:
    """Words by commas, blanks around them forgiven."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def origin_of(url: str) -> str:
    """Scheme, host and port of the site's own address. :raises WrongEnvironment: it has none"""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise WrongEnvironment(f"SVET_BASE_URL must look like https://lk.retailer.example, not {url[:60]!r}")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def trusted_origins(*, site: str, desks: str) -> list[str]:
    """Whose forms are taken: the site's, those of the desks' host, and of ``SVET_ORIGINS``.

    A server in front that ends TLS and is not in ``SVET_TRUSTED_PROXIES`` leaves the https of a form unlike
    our http. A form of the other half is refused all the same: it has not the token of this half's cookie.

    :raises WrongEnvironment: an address has no origin
    """
    return [origin_of(site), *([origin_of(desks)] if desks else []), *names("SVET_ORIGINS")]


def host_of(url: str) -> str:
    """The host of an address, without port and without the dot at its end. :raises WrongEnvironment: none"""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    if not host:
        raise WrongEnvironment(
            f"SVET_STAFF_URL must look like https://office.retailer.example, not {url[:60]!r}"
        )
    return host


#: Where the demo's sample town lies.
_ZONE_OF_THE_TOWN = "Asia/Yekaterinburg"


def time_zone(env: str) -> str:
    """The zone of the installation: the town's in a demo. :raises WrongEnvironment: there is no such zone"""
    name = os.environ.get("SVET_TIME_ZONE", "") or ("UTC" if env == "production" else _ZONE_OF_THE_TOWN)
    if name not in available_timezones():
        raise WrongEnvironment(f"SVET_TIME_ZONE is no time zone: {name[:40]!r} (write it like Europe/Moscow)")
    return name


def mail_port(*, env: str, encryption: str) -> int:
    """Where mail servers listen for this way of encryption; the demo has a server of its own."""
    usual = {"1": 587, "ssl": 465}.get(encryption, 25)
    return integer("SVET_SMTP_PORT", usual if env == "production" else 8025)


def parse_database_url(url: str) -> dict[str, Any]:
    """Turn ``postgresql://user:password@host:port/name?host=/socket/dir`` into Django's settings.

    Several servers stand as PostgreSQL's own programs want them: ``host:port,host:port``, each with its port
    or with none; the driver takes them in turn.

    :raises WrongEnvironment: the URL is not a PostgreSQL one or has no database name.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise WrongEnvironment("SVET_DATABASE_URL is not an address") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise WrongEnvironment("SVET_DATABASE_URL must look like postgresql://user:password@host:5432/name")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise WrongEnvironment("SVET_DATABASE_URL names no database: add /name at its end")
    options = dict(parse_qsl(parts.query))
    host, port = _servers(parts.netloc.rpartition("@")[2])
    return {
        "ENGINE": "svet.kernel.postgres",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or host,
        "PORT": port or options.pop("port", ""),
        "OPTIONS": options,
    }


def _servers(named: str) -> tuple[str, str]:
    """Hosts and ports of ``host:port,host:port``, as lists of the driver. :raises WrongEnvironment:"""
    hosts, ports = [], []
    for one in named.split(","):
        host, bracket, rest = one.rpartition("]")
        name, colon, port = rest.partition(":")
        if bracket and name:
            raise WrongEnvironment("SVET_DATABASE_URL has something between an address and its port")
        if colon and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
            raise WrongEnvironment("SVET_DATABASE_URL has a port that is not a number")
        hosts.append(unquote(host.removeprefix("[") if bracket else name))
        ports.append(port)
    if len(hosts) > 1 and not all(hosts):
        raise WrongEnvironment("SVET_DATABASE_URL names several servers, and one of them has no name")
    # The driver takes as many ports as servers, or one for all; an empty one is the usual.
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def database_settings(data: Path) -> dict[str, Any]:
    """The database by URL, or the embedded server of ``data`` by its note ``run/database.url``."""
    url = secret("SVET_DATABASE_URL")
    if not url:
        note = data / "run" / "database.url"
        url = note.read_text("utf-8").strip() if note.is_file() else "postgresql://svet@localhost/svet"
    settings = parse_database_url(url)
    options = settings["OPTIONS"]
    # Of several servers each is waited for as long, and somebody waits for a page meanwhile.
    options.setdefault("connect_timeout", "2" if "," in settings["HOST"] else "5")
    # A host that vanished is noticed within half a minute, not within the kernel's two hours.
    for name, value in (
        ("keepalives_idle", "15"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
    ):
        options.setdefault(name, value)
    # Texts are bound by the server, so that those asked again and again need not be planned anew. Django
    # passes None on when nothing is said, and then the driver prepares nothing: docs/adr/0081.
    options["server_side_binding"] = True
    options["prepare_threshold"] = integer("SVET_DATABASE_PREPARE", 3) or None
    # A connection that the server has dropped meanwhile is found out before it is used, pooled or kept.
    settings["CONN_HEALTH_CHECKS"] = True
    pool_size = integer("SVET_DATABASE_POOL", 0)
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    else:
        settings["CONN_MAX_AGE"] = integer("SVET_DATABASE_MAX_AGE", 0)
    return settings


def secret_key(env: str, data: Path) -> str:
    """The signing key: given in production, otherwise made once and kept under ``data``."""
    given = secret("SVET_SECRET_KEY")
    if given:
        return given
    if env == "production":
        raise WrongEnvironment("SVET_SECRET_KEY must be set in production: make one with `svet secret-key`")
    if env == "test":
        return "test-" + "x" * 60
    return _kept(data / "secret.key", lambda: secrets.token_urlsafe(50))


def retired_keys(key: str) -> list[str]:
    """Former signing keys, by blanks or lines, which still open what they closed: docs/adr/0152.

    :raises WrongEnvironment: the present key is among them, so nothing would be retired
    """
    found = secret("SVET_SECRET_KEY_FALLBACKS").split()
    if key in found:
        raise WrongEnvironment("SVET_SECRET_KEY_FALLBACKS is for former ones and holds the present")
    return found


def push_key(env: str, data: Path) -> str:
    """The private key of web push: given in production or off there, else made once and kept under ``data``.

    :raises WrongEnvironment: what is given is no key.
    """
    given = secret("SVET_PUSH_KEY")
    if not given and env != "production":
        given = "AQ" + "A" * 41 if env == "test" else _kept(data / "push.key", push_keys.make_private_key)
    if given:
        try:
            push_keys.public_key_of(given)
        except ValueError:
            raise WrongEnvironment("SVET_PUSH_KEY is no key: make one with `svet push-key`") from None
    return given


def _kept(note: Path, make: Callable[[], str]) -> str:
    """A secret made once. :raises WrongEnvironment: it cannot be kept"""
    try:
        if not note.is_file():
            note.parent.mkdir(parents=True, exist_ok=True)
            note.touch(mode=0o600)
            note.write_text(make(), "utf-8")
        return note.read_text("utf-8").strip()
    except OSError as error:
        raise WrongEnvironment(f"cannot keep {note.name} in {note.parent}: {error.strerror}") from None
