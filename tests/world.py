"""The outer world of the demo as a process on free ports, for tests that need real sockets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

_READY = re.compile(r"HTTP (\d+), SMPP (\d+), SMTP (\d+)")


@dataclass
class World:
    """A running world; its ports change when it is started again without naming them."""

    process: subprocess.Popen[str]
    http: int
    smpp: int
    smtp: int

    @property
    def sms_url(self) -> str:
        return f"smpp://svet:sandbox@127.0.0.1:{self.smpp}?sender=SVET"

    @property
    def acquiring_url(self) -> str:
        return f"yookassa+http://100500:test_sandbox@127.0.0.1:{self.http}/v3?sbp=yes"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def read(self, path: str) -> Any:
        with urllib.request.urlopen(self.control_url + path, timeout=5) as answer:
            return json.load(answer)

    def phone(self, to: str) -> list[dict[str, Any]]:
        """Messages on one phone, oldest first."""
        messages: list[dict[str, Any]] = self.read(f"/control/sms.json?to={quote(to)}")["messages"]
        return messages

    def mailbox(self, to: str) -> list[dict[str, Any]]:
        """Letters of one mailbox, oldest first."""
        messages: list[dict[str, Any]] = self.read(f"/control/mail.json?to={quote(to)}")["messages"]
        return messages

    def kill(self) -> None:
        """Break off as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(5)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_world(data: Path, *, http: int = 0, smpp: int = 0, smtp: int = 0, callback_url: str = "") -> World:
    """Start a world over ``data`` and wait until it listens."""
    command = [sys.executable, "-m", "svet.sandbox.world", "--data", str(data)]
    command += ["--http-port", str(http), "--smpp-port", str(smpp), "--smtp-port", str(smtp)]
    command += ["--callback-url", callback_url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    match = _READY.search(process.stdout.readline())
    if match is None:
        process.kill()
        raise RuntimeError("the outer world did not start")
    return World(process, http=int(match[1]), smpp=int(match[2]), smtp=int(match[3]))


@contextmanager
def world(data: Path) -> Iterator[World]:
    """A world for the length of a test."""
    running = start_world(data)
    try:
        yield running
    finally:
        running.stop()
