"""A stop is told to the balancer first, and who has begun to ask is answered; the metrics are for the few."""

from __future__ import annotations

import signal
import socket
import threading
import time

import httpx

from tests.standing.installation import HOST, Installation, serving


def test_metrics_of_the_standing_server_are_for_who_may_read_them(there: Installation) -> None:
    assert there.get("/metrics").status_code == 404
    token = f"Bearer {there.environment['SVET_METRICS_TOKEN']}"
    there.get("/entrance/")
    text = there.get("/metrics", Authorization=token).text
    assert "svet_database_up 1.0" in text
    assert 'svet_request_seconds_count{face="cabinet",status="2xx"}' in text
    # What was refused was counted too, and by no address.
    assert 'face="probe",status="4xx"' in text
    assert "/entrance/" not in text
    assert there.get("/metrics", Authorization="Bearer wrong").status_code == 404


def _slow_post(installation: Installation, answers: list[bytes]) -> None:
    """A form whose last byte comes when the stop has been asked for."""
    with socket.create_connection(("127.0.0.1", installation.port), timeout=30) as line:
        head = (
            f"POST /callbacks/yookassa/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
            "Content-Type: application/json\r\nContent-Length: 8000\r\nConnection: close\r\n\r\n"
        )
        line.sendall(head.encode() + b"x" * 4000)
        time.sleep(2.5)
        line.sendall(b"x" * 4000)
        answers.append(line.recv(4096))


def test_a_stop_is_told_first_and_who_was_begun_is_answered(there: Installation) -> None:
    beside = serving(there.folder, there.environment, there.database, more=["--drain", "4"])
    with beside as there:
        assert there.get("/ready/").status_code == 200
        there.web.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 3
        status = 200
        while status == 200 and time.monotonic() < deadline:
            found = there.get("/ready/")
            status = found.status_code
        assert (status, found.json()["web"]) == (503, "draining")
        # Whoever has not heard of it yet is served as ever.
        assert there.get("/health/").status_code == 200
        assert there.get("/entrance/").status_code == 200
        answers: list[bytes] = []
        asking = threading.Thread(target=_slow_post, args=(there, answers))
        time.sleep(max(0.0, deadline - time.monotonic()))
        asking.start()
        there.web.wait(20)
        asking.join(20)
        assert [answer[:10] for answer in answers] == [b"HTTP/1.1 4"], answers
        try:
            there.get("/health/", seconds=2)
        except httpx.TransportError:
            return
        raise AssertionError("it still serves")
