"""``svet demo``: database, pages, jobs, the outer world and the sample town, in the foreground."""

from __future__ import annotations

import contextlib
import http.client
import os
import time
from collections.abc import Callable
from pathlib import Path

from svet.config.failures import Failure
from svet.config.webserver import web_server_words
from svet.launcher import embedded, preparation
from svet.launcher.ports import Ports, choose_ports
from svet.launcher.postgres import Server
from svet.launcher.processes import Child, Crew, Stopped, last_line, stopping_by_signal

FIRST_ANSWER_SECONDS = 60
WEB_WORKERS = 2


def child_environment(*, folder: Path, host: str, ports: Ports, url: str) -> dict[str, str]:
    """What every child needs to know; a value the operator gave himself is kept."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "127.0.0.1") else host  # noqa: S104
    base = f"http://{shown}:{ports.web}"
    bank = f"http://127.0.0.1:{ports.bank}"
    made = {
        "SVET_BASE_URL": base,
        "SVET_SMTP_HOST": "127.0.0.1",
        "SVET_SMTP_PORT": str(ports.smtp),
        "SVET_SMS_URL": f"smpp://svet:sandbox@127.0.0.1:{ports.smpp}?sender=SVET",
        "SVET_MESSENGER_URL": f"max+http://svet_bot:sandbox@127.0.0.1:{ports.bank}/max"
        "?page=/sandbox/messenger/",
        "SVET_ACQUIRING_URL": f"yookassa+http://100500:test_sandbox@127.0.0.1:{ports.bank}/v3?sbp=yes",
        "SVET_BANK_PAGE_ORIGINS": bank,
        "SVET_SANDBOX_URL": bank,
        "SVET_SANDBOX_TILL_PASSWORD": "test_atol",
        # One person looks at it, on a machine that may be busy with other things.
        "SVET_QUEUE_SECONDS": "60",
    }
    kept = {name: os.environ.get(name, value) for name, value in made.items()}
    return kept | {
        "SVET_ENV": os.environ.get("SVET_ENV", "demo"),
        "SVET_DATA": str(folder),
        "SVET_DATABASE_URL": url,
        "PYTHONUNBUFFERED": "1",
    }


def run_demo(*, host: str, port: int, data: str | None, say: Callable[[str], None]) -> None:
    """Start everything, say when it is ready, stay until a signal comes. :raises Failure:"""
    if os.environ.get("SVET_ENV", "demo") == "production":
        raise Failure("the demo does not run with SVET_ENV=production: use svet web and svet worker")
    with stopping_by_signal(), contextlib.ExitStack() as tidy:
        try:
            _run(tidy, host=host, port=port, folder=embedded.data_folder(data), say=say)
        except Stopped:
            say("Stopping")


def _run(
    tidy: contextlib.ExitStack, *, host: str, port: int, folder: Path, say: Callable[[str], None]
) -> None:
    os.environ["SVET_DATA"] = str(folder)
    url = embedded.take_url()
    server = Server(folder)
    tidy.callback(server.stop)
    # The lock comes first: what a killed run left may still hold the port.
    server.lock()
    crew = Crew(folder, say)
    tidy.callback(crew.stop)
    crew.clear_leftovers()
    if url:
        embedded.check_server(url)
    ports = choose_ports(host=host, port=port, tidy=tidy)
    if not url:
        server.start()
        tidy.callback(embedded.forget_url, folder)
        embedded.note_url(folder, server.url())
    crew.environment = child_environment(folder=folder, host=host, ports=ports, url=url or server.url())
    _start_all(crew, host=host, ports=ports)
    say(f"Svet is ready: {crew.environment['SVET_BASE_URL']}/")
    say(f"Ctrl-C stops it. Logs: {crew.logs}")
    _stay(crew, None if url else server)


def _start_all(crew: Crew, *, host: str, ports: Ports) -> None:
    """The pages first: the outer world, jobs and town are not needed to show one."""
    if not preparation.is_prepared(folder=crew.folder, url=crew.environment["SVET_DATABASE_URL"]):
        crew.run("build", "build")
        crew.run("migrate", "migrate")
    words = web_server_words(host=host, port=ports.web, workers=WEB_WORKERS, patience=2)
    web = crew.start_python("web", *words, extra={"SVET_DATABASE_POOL": "4"})
    _wait_for_first_page(web, host="127.0.0.1" if host == "0.0.0.0" else host, port=ports.web)  # noqa: S104
    crew.start(
        "sandbox", "sandbox", "--data", str(crew.folder),
        "--http-port", str(ports.bank), "--smpp-port", str(ports.smpp), "--smtp-port", str(ports.smtp),
        "--callback-url", crew.environment["SVET_BASE_URL"] + "/callbacks/yookassa/",
    )  # fmt: skip
    crew.start("worker", "worker")
    crew.start("town", "town", restart=False, visible=True)


def _wait_for_first_page(web: Child, *, host: str, port: int) -> None:
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    while time.monotonic() < deadline:
        if web.process is not None and web.process.poll() is not None:
            raise Failure(f"the web server does not start: {last_line(web.log)}")
        connection = http.client.HTTPConnection(host, port, timeout=FIRST_ANSWER_SECONDS)
        try:
            connection.request("GET", "/", headers={"Accept": "text/html"})
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise Failure(f"the first page did not answer within {FIRST_ANSWER_SECONDS} s: {last_line(web.log)}")


def _stay(crew: Crew, server: Server | None) -> None:
    while True:
        time.sleep(0.25)
        crew.watch()
        if server is not None and not server.alive():
            crew.say("the database ended; it is started again")
            server.start()
