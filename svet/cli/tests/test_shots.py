"""``svet shots``: what its demo must be for every page to be reached."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from click.testing import CliRunner

from svet.cli.main import svet


class _Demo:
    """A demo that stands at once."""

    def __init__(self, words: list[str], *, env: dict[str, str], **_more: Any) -> None:
        self.words, self.env = words, env
        self.stdout = iter(["The town stands\n", "Ready sign-ins:\n"])
        self.ended = False

    def __enter__(self) -> _Demo:
        return self

    def __exit__(self, *_fault: object) -> None: ...

    def terminate(self) -> None:
        self.ended = True


def test_pages_behind_a_code_to_one_phone_wait_for_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[_Demo] = []

    def start(*words: Any, **more: Any) -> _Demo:
        started.append(_Demo(*words, **more))
        return started[-1]

    asked: list[list[str]] = []

    def photograph(words: list[str], **_more: Any) -> subprocess.CompletedProcess[str]:
        asked.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr("svet.cli.commands.shots.subprocess.Popen", start)
    monkeypatch.setattr("svet.cli.commands.shots.subprocess.run", photograph)
    done = CliRunner().invoke(svet, ["shots", "--out", "x", "--width", "768", "--pages", "staff"])
    assert done.exit_code == 0, done.output
    (demo,) = started
    assert int(demo.env["SVET_LIMITS_FACTOR"]) >= 100
    assert demo.ended
    assert asked[0][-6:] == ["--out", "x", "--pages", "staff", "--widths", "768"]
