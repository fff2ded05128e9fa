from __future__ import annotations

import json
from pathlib import Path

import pytest

from svet.people.operations.passwords import acceptable
from svet.people.rules import PasswordReason, PasswordRefused, check_password_rules, judge_password

ROWS = json.loads((Path(__file__).parent / "data" / "password.json").read_text("utf-8"))
JUDGED = [row for row in ROWS if row.get("raw") is not None]
REASONS = {"context": "context_word"}


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: str(row["n"]))
def test_every_hostile_password_has_its_published_outcome(row: dict[str, str]) -> None:
    words = row["expected"].replace(":", " ").replace(";", " ").split()
    if words[0] == "OK":
        assert check_password_rules(row["raw"]) == row["raw"]
    else:
        with pytest.raises(PasswordRefused) as refused:
            check_password_rules(row["raw"])
        assert refused.value.reason == REASONS.get(words[1], words[1])


def test_a_look_alike_letter_is_named_by_its_position() -> None:
    with pytest.raises(PasswordRefused) as refused:
        check_password_rules("Kх7mVq2p")
    assert refused.value.details == {"position": 2}


def test_a_megabyte_is_refused_by_its_length_before_anything_looks_at_it() -> None:
    with pytest.raises(PasswordRefused) as refused:
        check_password_rules("Aa1" * 350_000)
    assert refused.value.reason is PasswordReason.TOO_LONG


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("P@ssw0rd", PasswordReason.COMMON),
        ("Privet2024!", PasswordReason.COMMON),
        ("Qazwsx123", PasswordReason.COMMON),
        ("1q2w3e4R", PasswordReason.COMMON),
        ("Natasha1990", PasswordReason.COMMON),
        ("MamaMama1", PasswordReason.COMMON),
        ("Aaaaaaa1", PasswordReason.COMMON),
        ("Iloveyou123", PasswordReason.COMMON),
        ("Svet2026", PasswordReason.CONTEXT),
        ("Kx7178512q", PasswordReason.CONTEXT),
        ("Kx7m\u200bVq2p", PasswordReason.INVISIBLE),
        ("Kx7m\ud800Vq2p", PasswordReason.INVISIBLE),
        ("Kx7e\u0301mVq2p", PasswordReason.NON_LATIN),
        (12345678, PasswordReason.TYPE),
        (None, PasswordReason.TYPE),
    ],
)
def test_what_is_easily_guessed_or_hard_to_type_again_is_refused(raw: object, reason: PasswordReason) -> None:
    with pytest.raises(PasswordRefused) as refused:
        check_password_rules(raw, phone="+79117178512")
    assert refused.value.reason is reason


@pytest.mark.parametrize("raw", ["Kx7#mVq2p", "tR4vel-Kust", "g7Lampa-Oblako", "Zebra!92wolna", "Kx7mVq2№"])
def test_good_passwords_with_or_without_symbols_are_taken(raw: str) -> None:
    assert check_password_rules(raw, phone="+79117178512") == raw


def test_the_retailers_own_name_is_no_password() -> None:
    with pytest.raises(PasswordRefused) as refused:
        check_password_rules("Uralsbyt1!", context=["uralsbyt"])
    assert refused.value.reason is PasswordReason.CONTEXT


@pytest.mark.parametrize("sign", "aQ7#")
@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("times", [4, 12, 100])
def test_a_long_repetition_is_predictable_wherever_it_stands(sign: str, place: int, times: int) -> None:
    short = "Kx7#"
    with pytest.raises(PasswordRefused) as refused:
        check_password_rules(short[:place] + sign * times + short[place:])
    assert refused.value.reason is PasswordReason.COMMON


@pytest.mark.parametrize("raw", ["Kx7#Kx7#", "Kx7Kx7Kx7#", "q7Q7q7Q7q7Kx", "Abc1!abc1!ABC1!", "Kx7#mmmmVVVV"])
def test_a_piece_again_and_again_is_predictable(raw: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        check_password_rules(raw)
    assert refused.value.reason is PasswordReason.COMMON


@pytest.mark.parametrize("raw", ["Kx7#mVq2aaa", "Banana77!Sky", "Kx7#mVq2pKx7#mVq2p", "Hh0t-Mm1lk-Ss2n"])
def test_a_good_password_may_repeat_a_little(raw: str) -> None:
    assert check_password_rules(raw) == raw


def test_the_list_of_twenty_thousand_is_consulted(db: None) -> None:
    with pytest.raises(PasswordRefused) as refused:
        acceptable("Slipknot1", phone="+79117178512")
    assert refused.value.reason is PasswordReason.COMMON


def test_the_checklist_has_six_lines_in_the_guides_order() -> None:
    assert [line.reason.value for line in judge_password("")] == [
        "non_latin",
        "short",
        "no_upper",
        "no_lower",
        "no_digit",
        "space",
    ]
    assert not any(line.ok for line in judge_password(""))
    assert all(line.ok for line in judge_password("Kx7mVq2p"))
