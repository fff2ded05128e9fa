"""A production made from the blocks of docs/operations.md: environment, nginx, database, ``svet web``."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from svet.launcher.postgres import Server
from tests import debian
from tests.prepared import copy_installation

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
HOST = "lk.retailer.example"
# A connection a question, but the certificates of the world are read once.
_ASKING = httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
# What `svet build` and `svet migrate` do, and who the retailer is: by one start of Python instead of three.
_SET_UP = """
import os
from pathlib import Path
from svet.launcher.preparation import build, migrate
folder = Path(os.environ["SVET_DATA"])
(folder / "run").mkdir(parents=True)
build(say=print)
migrate(folder=folder)
from svet.site.operations import InstallationDetails, set_up
retailer = {"brand": "Retailer", "legal_name": "Retailer"}
set_up(details=InstallationDetails(**retailer, hotline="8 800 000-00-00", hotline_hours="always"))
"""


@dataclass
class Installation:
    """Where everything of it stands."""

    folder: Path
    environment: dict[str, str]
    database: Server
    port: int
    web: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, *, seconds: float = 30, **headers: str) -> httpx.Response:
        """Ask the web server itself, past nginx, as nginx would."""
        told = {"Host": HOST, "X-Forwarded-Proto": "https"} | headers
        return _ASKING.get(self.url + path, headers=told, timeout=seconds)

    def workers(self) -> list[int]:
        """The processes that make pages."""
        (granian,) = children(self.web.pid)
        return [pid for pid in children(granian) if b"resource_tracker" not in words_of(pid)]

    def log(self) -> str:
        return (self.folder / f"web-{self.port}.log").read_text("utf-8", "replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(parent: int) -> list[int]:
    """Processes whose parent it is."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            stat = (folder / "stat").read_text("utf-8", "replace").rsplit(")", 1)[1].split()
            if int(stat[1]) == parent and stat[0] != "Z":
                found.append(int(folder.name))
    return sorted(found)


def words_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def documented_environment() -> dict[str, str]:
    """«The least a production needs», as the document has it."""
    block = re.search(r"The least a production needs:\n\n```sh\n(.*?)```", OPERATIONS, re.DOTALL)
    assert block is not None
    # As systemd reads it: a comment has a line of its own.
    lines = [line for line in block[1].splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@contextlib.contextmanager
def installed() -> Iterator[Installation]:
    """Start it as the document says; only what names this machine and its secrets is filled in."""
    hidden = ("DJANGO_SETTINGS_MODULE", "SVET_TEST_DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    environment = {**{n: v for n, v in kept.items() if not n.startswith("SVET_")}, **documented_environment()}
    with contextlib.ExitStack() as tidy:
        folder = Path(tidy.enter_context(tempfile.TemporaryDirectory(prefix="svet-standing-")))
        folder.chmod(0o755)
        copy_installation(folder / "database")
        server = Server(folder / "database", settings={"fsync": "off", "synchronous_commit": "off"})
        tidy.callback(server.stop)
        server.start()
        environment |= {
            "SVET_DATABASE_URL": server.url(),
            "SVET_SECRET_KEY": "a-made-up-key-of-fifty-different-letters-0123456789-ok",
            "SVET_DATA": str(folder / "data"),
            "SVET_PUSH_KEY": "",
            "SVET_METRICS_TOKEN": "of-the-monitoring",
            "DJANGO_SETTINGS_MODULE": "svet.config.settings",
        }
        run(environment, "-c", _SET_UP)
        yield tidy.enter_context(serving(folder, environment, server))


@contextlib.contextmanager
def serving(
    folder: Path, environment: dict[str, str], server: Server, *, more: Sequence[str] = ()
) -> Iterator[Installation]:
    """Serve its pages on a port of their own; ``more`` are further words of `svet web`."""
    with contextlib.ExitStack() as tidy:
        port = free_port()
        log = tidy.enter_context((folder / f"web-{port}.log").open("wb"))
        web = subprocess.Popen(
            [sys.executable, "-m", "svet", "web", "--port", str(port), "--workers", "2", *more],
            env=environment, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
        tidy.callback(stop, web)
        there = Installation(folder, environment, server, port, web)
        wait_ready(there)
        yield there


def run(environment: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def wait_ready(there: Installation, seconds: float = 90) -> None:
    """Until ``/ready/`` says so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and there.web.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if there.get("/ready/").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"the site does not stand: {there.log()[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@contextlib.contextmanager
def nginx(there: Installation) -> Iterator[tuple[int, int]]:
    """nginx with the document's own block; gives the ports where it ends TLS and where it has none."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not os.access(program, os.X_OK):
        assert debian.install(["nginx"], needed_by="The tests of production") == 0
    block = re.search(r"```nginx\n(.*?)```", OPERATIONS, re.DOTALL)
    assert block is not None
    secure, plain = free_port(), free_port()
    folder = there.folder / "nginx"
    folder.mkdir(exist_ok=True)
    make_certificate(folder)
    text = block[1]
    for old, new in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{there.port};"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{secure} "),
        ("/etc/ssl/lk.retailer.example", f"{folder}/site"),
    ):
        assert old in text
        text = text.replace(old, new)
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; {places}\n{text} }}\n"
    )
    (folder / "nginx.conf").write_text(whole, "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf")], stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", secure), 1):
                break
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            time.sleep(0.05)
        yield secure, plain
    finally:
        stop(process)


def make_certificate(folder: Path) -> None:
    """A certificate of nobody's for the host of the document."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "site.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "site.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
