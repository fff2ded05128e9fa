"""The outer world as a process: it keeps what it has taken, stops quickly, fails with one line."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
from email.message import EmailMessage
from pathlib import Path

import pytest

from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.smpp import SmppSms
from svet.sandbox.world.journal import Journal
from tests.world import World, start_world, world


def send_letter(outer: World, *, to: str, message_id: str = "<1@example.com>") -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "svet@portal.example", to, "Счёт готов"
    letter["Message-ID"] = message_id
    letter.set_content("К оплате 300,00 ₽")
    letter.add_alternative("<p>К оплате</p>", subtype="html")
    letter.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Счёт.pdf")
    with smtplib.SMTP("127.0.0.1", outer.smtp, timeout=5) as server:
        server.send_message(letter)


def send_sms(outer: World, text: str) -> None:
    gateway = SmppSms(address=SmsAddress.parse(outer.sms_url))
    gateway.send(to="+79117178512", text=text, message_id="m1")
    gateway.close()


def test_a_letter_is_read_back_with_its_files(tmp_path: Path) -> None:
    with world(tmp_path) as outer:
        send_letter(outer, to="Anna@example.com")
        [letter] = outer.mailbox("anna@example.com")
        assert letter["subject"] == "Счёт готов"
        assert "300,00" in letter["text"]
        assert letter["attachments"][0]["name"] == "Счёт.pdf"
        assert letter["attachments"][0]["size"] == 8
        assert outer.mailbox("vera@example.com") == []


def test_a_letter_sent_twice_shows_itself(tmp_path: Path) -> None:
    with world(tmp_path) as outer:
        for _ in range(2):
            send_letter(outer, to="anna@example.com")
        assert [letter["duplicate"] for letter in outer.mailbox("anna@example.com")] == [False, True]


@pytest.mark.chaos
def test_everything_taken_survives_a_power_cut(tmp_path: Path) -> None:
    first = start_world(tmp_path)
    send_sms(first, "Привет")
    send_letter(first, to="anna@example.com")
    first.kill()
    first.stop()
    journal = tmp_path / "world" / "journal.jsonl"
    with journal.open("ab") as file:
        file.write('{"n": 3, "kind": "sms", "text": "обор'.encode())
    with world(tmp_path) as outer:
        assert [message["text"] for message in outer.phone("+79117178512")] == ["Привет"]
        assert len(outer.mailbox("anna@example.com")) == 1
        send_sms(outer, "Снова")
        assert len(outer.phone("+79117178512")) == 2


def test_it_stops_within_two_seconds_even_with_somebody_bound(tmp_path: Path) -> None:
    outer = start_world(tmp_path)
    gateway = SmppSms(address=SmsAddress.parse(outer.sms_url))
    gateway.send(to="+79117178512", text="x", message_id="m1")
    smtp = smtplib.SMTP("127.0.0.1", outer.smtp, timeout=5)
    begun = time.monotonic()
    outer.process.terminate()
    assert outer.process.wait(5) == 0
    assert time.monotonic() - begun < 2
    gateway.close()
    smtp.close()
    outer.stop()


@pytest.mark.parametrize("option", ["--http-port", "--smpp-port", "--smtp-port"])
def test_a_taken_port_is_one_clear_line(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = {"--http-port": "0", "--smpp-port": "0", "--smtp-port": "0", option: str(port)}
        words = [word for pair in options.items() for word in pair]
        run = subprocess.run(
            [sys.executable, "-m", "svet.sandbox.world", "--data", str(tmp_path), *words],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert str(port) in run.stderr
    assert option in run.stderr


def test_an_unwritable_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "world").write_text("a file in the way")
    run = subprocess.run(
        [sys.executable, "-m", "svet.sandbox.world", "--data", str(tmp_path), "--http-port", "0"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1


def test_the_control_pages_only_read(tmp_path: Path) -> None:
    with world(tmp_path) as outer:
        assert outer.read("/control/health.json") == {"ok": True, "entries": 0}
        with pytest.raises(urllib.error.HTTPError, match="404"):
            outer.read("/control/nothing.json")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            outer.read("/control/mail/1/0")


@pytest.mark.parametrize(
    "noise",
    [b"\0" * 64, b"\xff" * 64, b"GET / HTTP/1.0\r\n\r\n", b"\0\0\0\x10\0\0\0\x04\0\0\0\0\0\0\0\x01"],
)
def test_noise_on_the_smpp_port_harms_nobody(tmp_path: Path, noise: bytes) -> None:
    with world(tmp_path) as outer:
        with socket.create_connection(("127.0.0.1", outer.smpp), 5) as link:
            link.sendall(noise)
            link.settimeout(0.3)
            with contextlib.suppress(TimeoutError):
                link.recv(100)
        send_sms(outer, "Всё ещё жив")
        assert len(outer.phone("+79117178512")) == 1


def test_the_journal_numbers_on_after_a_replay(tmp_path: Path) -> None:
    journal = Journal.under(tmp_path)
    journal.append("sms", {"text": "первое"})
    journal.append("bank", {"event": "x"})
    journal.close()
    again = Journal.under(tmp_path)
    assert [entry["n"] for entry in again.entries()] == [1, 2]
    assert again.append("sms", {"text": "третье"})["n"] == 3
    assert [entry["text"] for entry in again.entries("sms")] == ["первое", "третье"]
    again.close()
