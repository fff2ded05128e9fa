"""`svet worker --queue hurried` runs the lane, as wide as the settings say, and nothing else."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from svet.config.jobs import worker


def test_the_queue_of_those_who_wait_is_done_by_the_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []

    def lane(**_: Any) -> Any:
        did.append("lane")
        return nullcontext()

    def others() -> Any:
        raise AssertionError("the jobs of other queues are taken")

    monkeypatch.setattr(worker, "refuse_unsafe", lambda: None)
    monkeypatch.setattr(worker, "hurried_lane", lane)
    monkeypatch.setattr(worker, "_fetching", others)
    monkeypatch.setattr(worker, "_until_stopped", lambda: did.append("waits"))
    worker.run_worker(queues=["hurried"], concurrency=4, patience=1)
    assert did == ["lane", "waits"]
