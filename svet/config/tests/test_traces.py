"""Traces say where the time goes and nothing of anybody; without the setting nobody pays for them."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pytest_django import Settings

from svet.config.checks import check_production
from svet.config.environment import WrongEnvironment, traces_url
from svet.config.front.traces import start_traces, stop_traces
from svet.gateways.acquiring.wire import ask
from svet.gateways.failures import Unreached
from svet.kernel.spans import span
from svet.payments.tests.factories import make_family
from svet.people.models import Person

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


class Collector(ThreadingHTTPServer):
    """A receiver of OTLP over HTTP: everything that it is sent, as it came and as it reads."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Takes)
        self.raw = b""
        self.heads: list[dict[str, str]] = []
        self.spans: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    def facts(self, name: str) -> dict[str, Any]:
        """Attributes of the one span of this name."""
        (found,) = (each for each in self.spans if each.name == name)
        return {each.key: each.value.string_value or each.value.int_value for each in found.attributes}


class _Takes(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        told = ExportTraceServiceRequest.FromString(body)
        self.server.raw += body
        self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        for resource in told.resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said."""


@pytest.fixture
def collector(settings: Settings) -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    settings.TRACES_URL, settings.TRACES_TOKEN, settings.TRACES_PERCENT = server.url, "s3cret", 100
    place = settings.MIDDLEWARE.index("django.middleware.gzip.GZipMiddleware")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE]
    settings.MIDDLEWARE.insert(place, "svet.config.front.traces.TracesMiddleware")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def traced(collector: Collector, *acts: Any) -> None:
    """Do these with traces on, and have all of them sent."""
    provider = start_traces("web")
    assert provider is not None
    # The connection of the tests has been made before.
    connection_created.send(type(connection), connection=connection)
    try:
        for act in acts:
            act()
        provider.force_flush()
    finally:
        stop_traces()
        connection.execute_wrappers.clear()


def test_a_page_its_statements_a_job_and_a_call_are_told_by_names_of_ours(collector: Collector) -> None:
    family = make_family()
    client = signed_in(family.anna)

    def job() -> None:
        with span("job notices.send"):
            connection.ensure_connection()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

    def call() -> None:
        with pytest.raises(Unreached):
            ask("GET", "http://127.0.0.1:1/v3/payments/2a-secret?phone=79117178512", shop=("x", "y"))

    traced(collector, lambda: client.get("/bills/"), job, call)
    page = collector.facts("GET /bills/")
    assert page["http.route"] == "/bills/"
    assert page["http.response.status_code"] == 200
    assert page["svet.request_id"]
    statements = [each for each in collector.spans if each.name.startswith("SELECT accounts_")]
    assert statements
    (root,) = (each for each in collector.spans if each.name == "GET /bills/")
    assert {each.trace_id for each in statements} == {root.trace_id}
    (made,) = (each for each in collector.spans if each.name == "job notices.send")
    assert [each.name for each in collector.spans if each.parent_span_id == made.span_id] == ["SELECT"]
    asked = collector.facts("bank GET")
    assert asked == {"server.address": "127.0.0.1", "error.type": "ConnectError"}
    assert collector.heads[0]["authorization"] == "Bearer s3cret"
    told = {each.key: each.value.string_value for each in _resource(collector)}
    assert (told["service.name"], told["svet.process"]) == ("svet", "web")


def _resource(collector: Collector) -> Any:
    return ExportTraceServiceRequest.FromString(collector.raw).resource_spans[0].resource.attributes


def test_nothing_of_anybody_is_in_it(collector: Collector) -> None:
    family = make_family()
    client = signed_in(family.anna)
    number = str(family.first.number)
    secrets = [str(family.anna.phone), family.anna.phone.lstrip("+"), number, "9117178512", "Sekret1word"]
    cookie = client.cookies["svet"].value
    stranger = Client()

    def broken() -> None:
        with pytest.raises(ValueError, match="9117178512"), span("mail", server="mail.example"):
            raise ValueError("no letter to 9117178512")

    traced(
        collector,
        lambda: client.get("/history/", {"q": number, "since": "9117178512"}),
        lambda: client.get(f"/bills/{number}/"),
        lambda: client.get(f"/no/such/{number}/?q={number}"),
        lambda: stranger.post("/entrance/sign-in/", {"phone": "+79117178512", "password": "Sekret1word"}),
        lambda: stranger.get("/entrance/", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}),
        broken,
    )
    for secret in [*secrets, cookie, str(family.anna.public_id), family.anna.last_name]:
        assert secret.encode() not in collector.raw
    # Nor does a stranger say what is a part of what.
    assert b"\xab" * 16 not in collector.raw
    assert collector.facts("mail")["error.type"] == "ValueError"
    assert {each.name for each in collector.spans} >= {"GET", "GET /history/", "POST /entrance/sign-in/"}


def test_a_collector_that_is_not_there_takes_nobodys_time(settings: Settings) -> None:
    settings.TRACES_URL, settings.TRACES_TOKEN, settings.TRACES_PERCENT = "http://127.0.0.1:1/", "", 100
    assert start_traces("web") is not None
    with span("job notices.send"):
        pass
    stop_traces()


def test_a_collector_that_takes_and_never_answers_holds_no_stop() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        whole = (
            "import atexit, time, django, svet.config.front.traces as traces\n"
            "from svet.kernel.spans import span\n"
            "django.setup()\n"
            # What is registered first comes last.
            "atexit.register(lambda: print(time.monotonic() - began, flush=True))\n"
            "traces.start_traces('worker')\n"
            "with span('job notices.send'): pass\n"
            "began = time.monotonic()\n"
        )
        surroundings = {
            "SVET_ENV": "test", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "svet.config.settings",
            "SVET_TRACES_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", whole], env=surroundings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert float(done.stdout) < 4
        silent.settimeout(0)
        silent.accept()[0].close()


@pytest.mark.parametrize("url", ["collector:4318", "//collector/v1", "http://", "http://c:x/", "ftp://c/"])
def test_an_address_that_nothing_can_be_sent_to_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVET_TRACES_URL", url)
    with pytest.raises(WrongEnvironment, match="SVET_TRACES_URL"):
        traces_url()


def test_a_token_does_not_travel_in_the_open(settings: Settings) -> None:
    def refused(url: str, token: str = "s3cret") -> bool:
        settings.ENV, settings.TRACES_URL, settings.TRACES_TOKEN = "production", url, token
        return "svet.E026" in {each.id for each in check_production(None)}

    assert refused("http://traces.example/v1/traces")
    assert refused("http://8.8.8.8:4318/v1/traces")
    assert not refused("http://traces.example/v1/traces", token="")
    for url in (
        "https://traces.example/",
        "http://collector:4318/",
        "http://10.0.0.9:4318/",
        "http://[::1]:1/",
    ):
        assert not refused(url)


def test_without_the_setting_nothing_is_imported_and_nothing_opened() -> None:
    look = (
        "import sys, svet.config.web\n"
        "from django.conf import settings\n"
        "from svet.kernel.spans import span\n"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry', 'google.protobuf'))]\n"
        "assert not [name for name in settings.MIDDLEWARE if 'traces' in name]\n"
        "assert span('job') is span('mail', server='mail.example')\n"
    )
    surroundings = {"SVET_ENV": "test", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", look], env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
