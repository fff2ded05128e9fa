"""One SMPP bind kept by ``aiosmpplib`` in an event loop of its own thread."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import deque
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiosmpplib import ESME, SubmitSm
from aiosmpplib.broker import AbstractBroker
from aiosmpplib.hook import AbstractHook
from aiosmpplib.protocol import BindTransceiverResp, DeliverSm, SmppMessage, SubmitSmResp
from aiosmpplib.retrytimer import SimpleExponentialBackoff
from aiosmpplib.state import SmppCommandStatus
from aiosmpplib.throttle import AbstractThrottleHandler

from svet.gateways.failures import Temporary
from svet.gateways.sms import receipts
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.correlating import Correlator
from svet.gateways.sms.port import DeliveryReceipt, Incoming, Take

log = logging.getLogger("svet.sms")
_AFTER_BREAK_SECONDS: Final = 1.0


class RefusedByCentre(Exception):
    """The SMS centre answered with a status other than «taken»."""

    def __init__(self, status: SmppCommandStatus) -> None:
        super().__init__(status.name)
        self.status = status


@dataclass(slots=True)
class _Waiting:
    """A part on its way: who waits for its number."""

    message: SubmitSm
    answer: Future[str]


class Lost(Temporary):
    """The connection broke while a message was under way: nobody knows whether it was taken."""


class SmppLink:
    """One bind with its own event loop and thread."""

    def __init__(self, address: SmsAddress, *, take: Take | None = None) -> None:
        self.take = take
        self.owner = os.getpid()
        self.bound = threading.Event()
        self.receipts: deque[DeliveryReceipt] = deque(maxlen=10_000)
        self.has_failed = False
        self.reason = ""
        self._address = address
        self._waiting: dict[str, _Waiting] = {}
        self._next = 0
        self._lock = threading.Lock()
        self._socket: asyncio.StreamWriter | None = None
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="smpp", daemon=True)
        self._thread.start()

    def submit(self, message: SubmitSm) -> Future[str]:
        """Queue one part; the future gets the SMS centre's number of it or an exception."""
        answer: Future[str] = Future()
        with self._lock:
            self._next += 1
            message.log_id = str(self._next)
            self._waiting[message.log_id] = _Waiting(message, answer)
        answer.add_done_callback(lambda _: self._forget(message.log_id))
        asyncio.run_coroutine_threadsafe(self._broker.enqueue(message), self._loop)
        return answer

    def close(self) -> None:
        """Unbind politely, then end the loop."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(5)

    def still_wanted(self, message: SmppMessage) -> bool:
        """Whether somebody still waits for this message."""
        return isinstance(message, SubmitSm) and message.log_id in self._waiting

    def answered(self, response: SubmitSmResp) -> None:
        waiting = self._waiting.get(response.log_id)
        if waiting is None:
            return
        if response.command_status is SmppCommandStatus.ESME_ROK:
            with suppress(InvalidStateError):  # the caller has just given up
                waiting.answer.set_result(response.message_id)
        else:
            _fail(waiting.answer, RefusedByCentre(response.command_status))

    def failed(self, message: SmppMessage, error: Exception) -> None:
        waiting = self._waiting.get(getattr(message, "log_id", ""))
        if waiting is not None:
            _fail(waiting.answer, Lost(f"SMS centre: {type(error).__name__}"))

    def reported(self, report: DeliverSm) -> None:
        receipt = receipts.read(report)
        if receipt is not None:
            self.receipts.append(receipt)

    async def heard(self, message: DeliverSm) -> None:
        """Keep a text somebody sent. The library answers the centre after this: what fails comes again."""
        if self.take is not None:
            incoming = Incoming(_phone(message), str(message.short_message or message.message_payload or ""))
            try:
                await asyncio.to_thread(self.take, incoming)
            except Exception as error:
                # The library survives this kind only: the link breaks unanswered, and the text comes again.
                log.warning("an incoming message could not be kept", exc_info=error)
                raise ConnectionResetError("an incoming message could not be kept") from error

    def noted(self, *, bound: bool, why: str = "") -> None:
        self.reason = why
        if bound:
            self.has_failed = False
            self.bound.set()
        else:
            self.has_failed = True
            self.bound.clear()
            for waiting in tuple(self._waiting.values()):
                _fail(waiting.answer, Lost("SMS centre: the connection was lost"))

    def _forget(self, log_id: str) -> None:
        with self._lock:
            self._waiting.pop(log_id, None)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._work())
        finally:
            self._loop.run_until_complete(_end_everything())
            self._loop.close()

    async def _work(self) -> None:
        self._broker = _Broker(self)
        self._esme = ESME(
            smsc_host=self._address.host,
            smsc_port=self._address.port,
            system_id=self._address.login,
            password=self._address.password,
            broker=self._broker,
            hook=_Hook(self),
            throttle_handler=_NoThrottle(),
            correlator=Correlator(self._address.login),
            retry_timer=_RetryTimer(self),
            enquire_link_interval=30.0,
            socket_timeout=5.0,
            log_handler=logging.NullHandler(),
        )
        session = asyncio.create_task(self._keep_up())
        await self._stopping.wait()
        # Unbind, but do not wait for a centre that says nothing.
        with suppress(TimeoutError):
            await asyncio.wait_for(self._esme.stop(), 1.0)
        session.cancel()
        await asyncio.wait([session], timeout=2.0)
        await self._drop_socket()

    async def _keep_up(self) -> None:
        """The library comes back by itself from what it expects; from a unit it cannot read, by this."""
        while True:
            try:
                await self._esme.start()
                return
            except Exception:
                log.exception("the SMPP link broke")
                await self.disconnected()
                await asyncio.sleep(_AFTER_BREAK_SECONDS)

    def connected(self) -> None:
        """Remember the socket: the library forgets it without closing it."""
        self._socket = self._esme._writer
        self.noted(bound=True)

    async def disconnected(self) -> None:
        self.noted(bound=False, why=self.reason)
        await self._drop_socket()

    async def _drop_socket(self) -> None:
        # The library's own is there when a bind was refused, ours when a bound link was lost.
        writers = {writer for writer in (self._socket, self._esme._writer) if writer is not None}
        self._socket = None
        for writer in writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _end_everything() -> None:
    """Let no task of the library outlive its loop."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _phone(message: DeliverSm) -> str:
    number = str(message.source.number)
    return number if number.startswith("+") else f"+{number}"


def _fail(answer: Future[str], error: Exception) -> None:
    with suppress(InvalidStateError):  # the caller has just given up
        answer.set_exception(error)


class _Broker(AbstractBroker):  # type: ignore[misc]  # the library ships no types
    """The library's queue, minus the messages nobody waits for any more."""

    def __init__(self, link: SmppLink) -> None:
        self._link = link
        self._queue: asyncio.Queue[SmppMessage] = asyncio.Queue()

    async def enqueue(self, message: SmppMessage) -> None:
        await self._queue.put(message)

    async def dequeue(self) -> SmppMessage:
        while True:
            message = await self._queue.get()
            if self._link.still_wanted(message):
                return message


class _Hook(AbstractHook):  # type: ignore[misc]
    """Where the library tells what came over the wire."""

    def __init__(self, link: SmppLink) -> None:
        self._link = link

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Nothing to note."""

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        if isinstance(smpp_message, BindTransceiverResp):
            if smpp_message.command_status is not SmppCommandStatus.ESME_ROK:
                self._link.noted(bound=False, why=smpp_message.command_status.name)
        elif isinstance(smpp_message, DeliverSm):
            if smpp_message.is_receipt():
                self._link.reported(smpp_message)
            else:
                await self._link.heard(smpp_message)
        elif isinstance(smpp_message, SubmitSmResp):
            self._link.answered(smpp_message)

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        self._link.failed(smpp_message, error)


class _NoThrottle(AbstractThrottleHandler):  # type: ignore[misc]
    """Backing off is done by the caller of the link, after the first throttled answer."""

    async def throttled(self) -> None:
        """The answer itself says so to whoever waits for it."""

    async def not_throttled(self) -> None:
        """As above."""

    async def allow_request(self) -> bool:
        return True

    async def throttle_delay(self) -> float:
        return 0.1


class _RetryTimer(SimpleExponentialBackoff):  # type: ignore[misc]
    """Half a second, doubled up to 16; also the place where the library tells of bind and loss."""

    def __init__(self, link: SmppLink) -> None:
        super().__init__(min_delay=500, max_increases=5)
        self._link = link

    def reset(self) -> None:
        super().reset()
        self._link.connected()

    async def wait(self) -> None:
        await self._link.disconnected()
        await super().wait()
