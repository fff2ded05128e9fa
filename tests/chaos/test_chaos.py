"""Seeded lives of payments among faults and deaths; the long form is ``make chaos``."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from svet.payments.models import Callback
from svet.payments.rules.states import CallbackOutcome
from svet.payments.tests.factories import NOW
from tests.chaos.catalogue import declared, reached
from tests.chaos.judging import CARDS, card_numbers, dumped_card_numbers, faults
from tests.chaos.lives import LIVES
from tests.chaos.play import opened
from tests.chaos.running import live, live_missed, quiet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]

#: Every kind of life once.
SHORT = len(LIVES)


def test_every_kopeck_is_where_it_belongs_whatever_happens_on_the_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seed = int(os.environ.get("SVET_CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    lives = int(os.environ.get("SVET_CHAOS_LIVES") or SHORT)
    began = time.monotonic()
    with opened(seed, tmp_path) as play:
        live(play, lives=lives)
        live_missed(play)
        quiet(play)
        wrong = faults(play)
        sys.stdout.write(
            f"\nchaos: seed {seed}, {lives} lives, {play.orders} orders, {play.kills} deaths, "
            f"{len(reached())} of {len(declared())} situations, {time.monotonic() - began:.0f} s\n"
        )
    assert not any(card in caplog.text for card in CARDS), "the number of a card is in the logs"
    assert not wrong, f"seed {seed}:\n" + "\n".join(wrong)
    assert not declared() - reached(), f"seed {seed} did not reach: {sorted(declared() - reached())}"


def test_the_number_of_a_card_would_be_seen(db: None) -> None:
    for raw in (b"2202 4743 0132 2987", b'{"card": "2202474301322987"}'):
        Callback.objects.create(raw=raw, received_at=NOW, outcome=CallbackOutcome.TAKEN, note="x")
    assert card_numbers() == ["2 rows of payments_callback hold the number of a card"]
    assert dumped_card_numbers() == ["2 lines of the dump hold the number of a card"]
