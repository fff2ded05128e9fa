"""An SMS centre that speaks SMPP 3.4: takes messages, keeps them, sends delivery receipts.

A message is in the journal before its submit_sm_resp leaves. Numbers that end in ``0013`` never answer: their
receipts say UNDELIV; ``0666`` is refused at once, ``0058`` meets a full channel the first two times.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from collections import Counter, deque
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, Final

from svet.sandbox.world import pdus
from svet.sandbox.world.journal import Journal
from svet.sandbox.world.pdus import Malformed, Pdu, SmppCommand, Status

_BINDS: Final = {SmppCommand.BIND_RECEIVER, SmppCommand.BIND_TRANSMITTER, SmppCommand.BIND_TRANSCEIVER}
#: The name and password of the bind, the same as in the default of SVET_SMS_URL.
LOGIN: Final = ("svet", "sandbox")
_SILENCE_SECONDS: Final = 180.0
_ACKNOWLEDGE_SECONDS: Final = 10.0
_NUMBER = re.compile(r"[0-9]{5,15}", re.ASCII)


class SmsCentre:
    """Any number of sessions over one journal."""

    def __init__(self, *, journal: Journal, login: tuple[str, str] = LOGIN) -> None:
        self._journal = journal
        self._login = login
        self.name = login[0]
        self._ids = itertools.count(len(journal.entries("sms")) + 1)
        self._throttled: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._sessions: list[_Session] = []
        self._bringing = asyncio.Lock()
        done = {entry["of"] for entry in journal.entries("sms_brought")}
        self._outbox = deque(entry for entry in journal.entries("sms_in") if entry["n"] not in done)

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port. :raises OSError: it is taken."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and drop every session."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await _Session(self, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, TimeoutError, Malformed):
            pass  # the other side went away or talks nonsense: the session is over
        except asyncio.CancelledError:
            pass  # we are being stopped
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def write_down(self, *, phone: str, text: str) -> dict[str, Any]:
        """Keep what a person sends to the shop, on whatever thread; whoever sent it sees it from now on."""
        return self._journal.append("sms_in", {"from": phone, "to": self._login[0], "text": text})

    async def take_from_person(self, entry: dict[str, Any]) -> None:
        """Bring what was written down, once the shop is bound."""
        self._outbox.append(entry)
        await self.bring()

    async def bring(self) -> None:
        """Bring what waits, in order; a text that the shop does not acknowledge stays first in the line."""
        async with self._bringing:
            while self._outbox and self._sessions:
                entry = self._outbox[0]
                if not await self._sessions[-1].bring(phone=entry["from"], text=entry["text"]):
                    return
                await asyncio.to_thread(self._journal.append, "sms_brought", {"of": entry["n"]})
                self._outbox.popleft()

    def bound(self, session: _Session) -> None:
        """A session that can receive: bring it what waits."""
        self._sessions.append(session)
        self._start(self.bring())

    def unbound(self, session: _Session) -> None:
        if session in self._sessions:
            self._sessions.remove(session)
            self._start(self.bring())

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def knows(self, system_id: str, password: str) -> bool:
        return (system_id, password) == self._login

    def judge(self, destination: str) -> Status:
        """What the centre answers before it takes a message for this number."""
        if _NUMBER.fullmatch(destination) is None or destination.endswith("0666"):
            return Status.INVALID_DESTINATION
        if destination.endswith("0058") and self._throttled[destination] < 2:
            self._throttled[destination] += 1
            return Status.THROTTLED
        return Status.OK

    async def keep(self, submission: pdus.Submission) -> str:
        """Write the message down; returns its number."""
        message_id = f"{next(self._ids):08X}"
        part = submission.part
        fields = {
            "id": message_id,
            "to": "+" + submission.destination.lstrip("+"),
            "from": submission.source,
            "text": submission.text,
            "reference": submission.reference,
            "part": None if part is None else [part.reference, part.number, part.total],
        }
        # fsync waits for the disk; the other sessions need not.
        await asyncio.to_thread(self._journal.append, "sms", fields)
        return message_id


class _Session:
    """One bound client."""

    def __init__(self, centre: SmsCentre, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._centre, self._reader, self._writer = centre, reader, writer
        self._bound_as: int | None = None
        self._sequence = itertools.count(1)
        self._brought: dict[int, asyncio.Future[int]] = {}

    async def run(self) -> None:
        try:
            while True:
                request = await asyncio.wait_for(self._read(), _SILENCE_SECONDS)
                if not await self._handle(request):
                    return
        finally:
            for answer in self._brought.values():
                answer.cancel()
            self._centre.unbound(self)

    async def bring(self, *, phone: str, text: str) -> bool:
        """Bring one text; says whether the shop acknowledged it."""
        sequence = next(self._sequence)
        answer = self._brought[sequence] = asyncio.get_running_loop().create_future()
        unit = pdus.message_to_shop(
            sequence=sequence, source=phone.lstrip("+"), destination=self._centre.name, text=text
        )
        try:
            await self._write(unit)
            return bool(await asyncio.wait_for(answer, _ACKNOWLEDGE_SECONDS) == Status.OK)
        except (OSError, TimeoutError):
            return False
        except asyncio.CancelledError:
            if not answer.cancelled():
                raise  # it is we who are being stopped, not this session
            return False
        finally:
            del self._brought[sequence]

    async def _read(self) -> Pdu:
        length, command, status, sequence = pdus.HEADER.unpack(
            await self._reader.readexactly(pdus.HEADER.size)
        )
        if not pdus.HEADER.size <= length <= pdus.LONGEST:
            raise Malformed(f"a unit of {length} bytes")
        body = await self._reader.readexactly(length - pdus.HEADER.size)
        return Pdu(command, status, sequence, body)

    async def _handle(self, request: Pdu) -> bool:
        """Answer one request; False ends the session."""
        command = request.command
        if command in _BINDS:
            return await self._bind(request)
        if command == SmppCommand.UNBIND:
            await self._write(pdus.answer(request))
            return False
        if command == SmppCommand.ENQUIRE_LINK:
            await self._write(pdus.answer(request))
        elif command == SmppCommand.DELIVER_SM_RESP:
            answer = self._brought.get(request.sequence)
            if answer is not None and not answer.done():
                answer.set_result(request.status)
        elif command == SmppCommand.SUBMIT_SM:
            await self._submit(request)
        elif not command & 0x80000000:
            await self._write(
                pdus.frame(SmppCommand.GENERIC_NACK, Status.INVALID_COMMAND_ID, request.sequence)
            )
        return True

    async def _bind(self, request: Pdu) -> bool:
        if self._bound_as is not None:
            await self._write(pdus.answer(request, Status.ALREADY_BOUND))
            return True
        if not self._centre.knows(*pdus.read_bind(request.body)):
            await self._write(pdus.answer(request, Status.BIND_FAILED))
            return False
        self._bound_as = request.command
        await self._write(pdus.answer(request, body=pdus.c_string("svet-sandbox")))
        if request.command != SmppCommand.BIND_TRANSMITTER:
            self._centre.bound(self)
        return True

    async def _submit(self, request: Pdu) -> None:
        if self._bound_as not in (SmppCommand.BIND_TRANSCEIVER, SmppCommand.BIND_TRANSMITTER):
            await self._write(pdus.answer(request, Status.INVALID_BIND_STATUS))
            return
        submission = pdus.read_submission(request.body)
        verdict = self._centre.judge(submission.destination)
        if verdict is not Status.OK:
            await self._write(pdus.answer(request, verdict))
            return
        try:
            message_id = await self._centre.keep(submission)
        except OSError:
            await self._write(pdus.answer(request, Status.SYSTEM_ERROR))
            return
        await self._write(pdus.answer(request, body=pdus.c_string(message_id)))
        if submission.wants_receipt and self._bound_as == SmppCommand.BIND_TRANSCEIVER:
            await self._write(
                pdus.receipt(
                    sequence=next(self._sequence),
                    message_id=message_id,
                    source=submission.destination,
                    destination=submission.source,
                    stamp=datetime.now(UTC).strftime("%y%m%d%H%M"),
                    delivered=not submission.destination.endswith("0013"),
                )
            )

    async def _write(self, unit: bytes) -> None:
        self._writer.write(unit)
        await self._writer.drain()
