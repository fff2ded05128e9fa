"""The few PDUs of SMPP 3.4 that an SMS centre for text messages needs: reading requests, writing answers.

Numbers of commands, states and tags are those of the specification, sections 5.1.2, 5.1.3 and 5.3.2.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

HEADER: Final = struct.Struct("!IIII")
#: Nobody sends us more: message_payload may hold 64 KB.
LONGEST: Final = 70_000
_RESPONSE: Final = 0x80000000


class SmppCommand(IntEnum):
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x00000001
    BIND_TRANSMITTER = 0x00000002
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE_LINK = 0x00000015
    DELIVER_SM_RESP = 0x80000005
    ENQUIRE_LINK_RESP = 0x80000015
    UNBIND_RESP = 0x80000006


class Status(IntEnum):
    OK = 0x00
    INVALID_COMMAND_ID = 0x03
    INVALID_BIND_STATUS = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    INVALID_DESTINATION = 0x0B
    BIND_FAILED = 0x0D
    QUEUE_FULL = 0x14
    THROTTLED = 0x58


class Tag(IntEnum):
    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Malformed(Exception):
    """The bytes are not a PDU of SMPP 3.4."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit as it came from the wire."""

    command: int
    status: int
    sequence: int
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class MessagePart:
    """Which piece of a long message this is."""

    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Submission:
    """What a submit_sm asks for."""

    source: str
    destination: str
    text: str
    wants_receipt: bool
    part: MessagePart | None = None
    reference: int | None = None
    tags: dict[int, bytes] = field(default_factory=dict)


def frame(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    """A PDU ready for the wire."""
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def answer(request: Pdu, status: Status = Status.OK, body: bytes = b"") -> bytes:
    """The response that belongs to ``request``."""
    return frame(request.command | _RESPONSE, status, request.sequence, body)


def c_string(text: str) -> bytes:
    return text.encode("ascii", "replace") + b"\0"


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def c_string(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Malformed("a text without its end")
        text = self._body[self._at : end]
        self._at = end + 1
        return text.decode("ascii", "replace")

    def byte(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        piece = self._body[self._at : self._at + count]
        if len(piece) < count:
            raise Malformed("the unit is cut short")
        self._at += count
        return piece

    def tags(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while self._at < len(self._body):
            tag, length = struct.unpack("!HH", self.take(4))
            found[tag] = self.take(length)
        return found


def read_bind(body: bytes) -> tuple[str, str]:
    """The name and password of a bind. :raises Malformed:"""
    reader = _Reader(body)
    return reader.c_string(), reader.c_string()


def read_submission(body: bytes) -> Submission:
    """The message of a submit_sm. :raises Malformed: it is not one, or its alphabet is unknown."""
    reader = _Reader(body)
    reader.c_string()  # service_type
    reader.take(2)
    source = reader.c_string()
    reader.take(2)
    destination = reader.c_string()
    esm_class, _protocol, _priority = reader.take(3)
    reader.c_string()  # schedule_delivery_time
    reader.c_string()  # validity_period
    registered, _replace, coding, _default, length = reader.take(5)
    message = reader.take(length)
    tags = reader.tags()
    message = tags.get(Tag.MESSAGE_PAYLOAD, message)
    part = None
    if esm_class & 0x40 and message:
        header, message = message[1 : 1 + message[0]], message[1 + message[0] :]
        part = _part_of_header(header)
    elif Tag.SAR_REFERENCE in tags:
        part = MessagePart(
            _number(tags[Tag.SAR_REFERENCE]),
            _number(tags.get(Tag.SAR_TOTAL, b"\1")),
            _number(tags.get(Tag.SAR_NUMBER, b"\1")),
        )
    own = tags.get(Tag.USER_MESSAGE_REFERENCE)
    return Submission(
        source=source,
        destination=destination,
        text=decode(message, coding),
        wants_receipt=bool(registered & 0x03),
        part=part,
        reference=None if own is None else _number(own),
        tags=tags,
    )


def decode(message: bytes, coding: int) -> str:
    """The text of a message. :raises Malformed: an alphabet we do not speak."""
    if coding == 8:
        return message.decode("utf-16-be", "replace")
    if coding in (0, 1, 3):
        return message.decode("latin-1")
    raise Malformed(f"data_coding {coding}")


def receipt(
    *, sequence: int, message_id: str, source: str, destination: str, stamp: str, delivered: bool
) -> bytes:
    """The deliver_sm that tells what became of a message; ``stamp`` is YYMMDDhhmm."""
    state, word = (2, "DELIVRD") if delivered else (5, "UNDELIV")
    count = int(delivered)
    text = (
        f"id:{message_id} sub:001 dlvrd:{count:03d} submit date:{stamp} done date:{stamp} "
        f"stat:{word} err:{0 if delivered else 1:03d} text:"
    ).encode()
    body = (
        c_string("")
        + b"\1\1"
        + c_string(source)
        + b"\0\0"
        + c_string(destination)
        + bytes((0x04, 0, 0))  # esm_class: a receipt of the SMS centre
        + c_string("")
        + c_string("")
        + bytes((0, 0, 0, 0, len(text)))
        + text
        + struct.pack("!HH", Tag.RECEIPTED_MESSAGE_ID, len(message_id) + 1)
        + c_string(message_id)
        + struct.pack("!HHB", Tag.MESSAGE_STATE, 1, state)
    )
    return frame(SmppCommand.DELIVER_SM, Status.OK, sequence, body)


def message_to_shop(*, sequence: int, source: str, destination: str, text: str) -> bytes:
    """The deliver_sm that brings a text of a person (UCS2, at most 70 signs)."""
    encoded = text.encode("utf-16-be")
    body = (
        c_string("")
        + b"\1\1"
        + c_string(source)
        + b"\0\0"
        + c_string(destination)
        + bytes((0, 0, 0))
        + c_string("")
        + c_string("")
        + bytes((0, 0, 8, 0, len(encoded)))
        + encoded
    )
    return frame(SmppCommand.DELIVER_SM, Status.OK, sequence, body)


def _number(piece: bytes) -> int:
    return int.from_bytes(piece, "big")


def _part_of_header(header: bytes) -> MessagePart | None:
    """The concatenation element among the user data header's elements (GSM 03.40, 9.2.3.24)."""
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if kind == 0x00 and len(value) == 3:
            return MessagePart(value[0], value[1], value[2])
        if kind == 0x08 and len(value) == 4:
            return MessagePart(_number(value[:2]), value[2], value[3])
        at += 2 + length
    return None
