"""The world as one process: SMS centre and mail server on an event loop, bank and control pages beside it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from svet.sandbox.world import bank, control
from svet.sandbox.world.atol import AtolTill
from svet.sandbox.world.faults import Faulty, troubles_of
from svet.sandbox.world.http import HttpServer
from svet.sandbox.world.journal import Journal
from svet.sandbox.world.mailbox import Mailbox
from svet.sandbox.world.max_bot import MaxApi
from svet.sandbox.world.smsc import SmsCentre

HTTP_PORT: Final = 8780
SMPP_PORT: Final = 8775
SMTP_PORT: Final = 8025


class CannotStart(Exception):
    """The world cannot stand; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class WorldPorts:
    """Where the world listens; 0 lets the system choose."""

    http: int = HTTP_PORT
    smpp: int = SMPP_PORT
    smtp: int = SMTP_PORT


def run(
    *,
    data: Path,
    ports: WorldPorts,
    host: str = "127.0.0.1",
    callback_url: str = "",
    callback_urls: Mapping[str, str] | None = None,
    ready: Callable[[WorldPorts], None] = lambda ports: None,
) -> None:
    """Stand until SIGTERM or Ctrl-C; ``ready`` is told the ports when everything listens.

    :raises CannotStart: a port is taken or the journal cannot be kept.
    """
    asyncio.run(
        _run(
            data=data,
            ports=ports,
            host=host,
            callback_url=callback_url,
            callback_urls=callback_urls,
            ready=ready,
        )
    )


async def _run(
    *,
    data: Path,
    ports: WorldPorts,
    host: str,
    callback_url: str,
    callback_urls: Mapping[str, str] | None,
    ready: Callable[[WorldPorts], None],
) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        journal = Journal.under(data)
    except OSError as error:
        raise CannotStart(f"cannot keep the world's journal in {data}: {error.strerror}") from None
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(journal.close)
        centre = SmsCentre(journal=journal)
        with _port_of("SMS centre", ports.smpp, "--smpp-port"):
            smpp_port = await centre.start(host, ports.smpp)
        stack.push_async_callback(centre.stop)
        with _port_of("mail server", ports.smtp, "--smtp-port"):
            mail_server = await loop.create_server(Mailbox(journal=journal).protocol, host, ports.smtp)
        stack.callback(mail_server.close)
        its_bank = bank.make_application(
            journal=journal, webhook_url=callback_url, webhook_urls=callback_urls
        )
        till = AtolTill(its_bank, journal=journal)
        messenger = MaxApi(till, journal=journal)
        faulty = Faulty(messenger)
        application = control.make_application(
            journal=journal,
            bank=faulty,
            give_back=its_bank.give_back,
            troubles=troubles_of(its_bank, faulty) | {"receipts": till.order},
            act_in_messenger=messenger.act,
            send_sms=lambda phone, text: _hand_over(centre, loop, phone, text),
        )
        with _port_of("bank", ports.http, "--http-port"):
            http = HttpServer(host=host, port=ports.http, application=application)
        http.start()
        stack.push_async_callback(asyncio.to_thread, http.stop)
        smtp_port = int(mail_server.sockets[0].getsockname()[1])
        ready(WorldPorts(http=http.port, smpp=smpp_port, smtp=smtp_port))
        await stopping.wait()


def _hand_over(centre: SmsCentre, loop: asyncio.AbstractEventLoop, phone: str, text: str) -> None:
    """From a thread of the control pages, which tells that it is kept, to the centre's own loop."""
    entry = centre.write_down(phone=phone, text=text)
    asyncio.run_coroutine_threadsafe(centre.take_from_person(entry), loop)


@contextlib.contextmanager
def _port_of(name: str, port: int, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotStart(
            f"the {name} cannot listen on port {port} ({error.strerror}): choose another with {option}"
        ) from None
