"""Few may wait for the bank at once, and none longer than was said, however the bank spreads its answer."""

from __future__ import annotations

import threading
import time
from typing import Any, cast

import pytest

from svet.gateways.acquiring.hurried import Hurried
from svet.gateways.acquiring.port import HURRIED, PATIENT, BankStatus
from svet.gateways.failures import Temporary


class SlowBank:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked = threading.Semaphore(0)

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        self.asked.release()
        self.let.wait(10)
        raise Temporary("nobody knows", code="late")


def code_of(bank: Hurried, patience: float) -> str:
    with pytest.raises(Temporary) as refused:
        bank.status(reference="r", patience=patience)
    return refused.value.code


def test_one_more_than_the_places_is_told_at_once_and_a_job_is_not_counted() -> None:
    slow = SlowBank()
    bank = Hurried(cast("Any", slow), places=1)
    first = threading.Thread(target=code_of, args=(bank, HURRIED))
    first.start()
    slow.asked.acquire()
    began = time.monotonic()
    assert code_of(bank, HURRIED) == "crowded"
    assert time.monotonic() - began < 0.5
    slow.let.set()
    assert code_of(bank, PATIENT) == "late"
    first.join()
    assert code_of(bank, HURRIED) == "late"


def test_a_call_ends_in_its_time_and_holds_its_place_until_the_bank_does() -> None:
    slow = SlowBank()
    bank = Hurried(cast("Any", slow), places=1)
    assert code_of(bank, 0.1) == "slow"
    assert code_of(bank, 0.1) == "crowded"
    slow.let.set()
    deadline = time.monotonic() + 5
    while code_of(bank, 0.1) == "crowded" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert code_of(bank, 0.1) == "late"
