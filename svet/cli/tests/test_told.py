"""What a command tells of what it did is a sentence of the catalogues, in the language of the office."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from svet.cli.main import svet

COMMANDS = Path(__file__).resolve().parent.parent / "commands"
#: What runs where no person of the office looks: the demo's own photographer, a drill's result for timers.
ELSEWHERE = {"shots.py", "drill.py"}
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,}")


def told_plainly(text: str) -> list[str]:
    """English sentences that are told as they stand in a module."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "echo":
            continue
        first = node.args[0]
        parts = first.values if isinstance(first, ast.JoinedStr) else [first]
        said = " ".join(
            part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
        if ENGLISH.search(said):
            found.append(said.strip())
    return found


def test_no_command_tells_what_it_did_past_the_catalogues() -> None:
    plain = {
        path.name: said
        for path in sorted(COMMANDS.glob("*.py"))
        if path.name not in ELSEWHERE and (said := told_plainly(path.read_text("utf-8")))
    }
    assert plain == {}


def test_a_planted_sentence_is_found() -> None:
    assert told_plainly('click.echo(f"{phone} may sign in")') == ["may sign in"]
    assert told_plainly('click.echo(_("{phone} работает").format(phone=phone))') == []


@pytest.mark.django_db
def test_members_are_told_of_in_the_words_of_the_desk() -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(svet, ["staff", *words], env={"SVET_PASSWORD": "Stol-5104o-Berega"})
        assert done.exit_code == 0, done.output
        return done.output

    assert run("list") == "Сотрудников ещё нет.\n"
    why = ("--reason", "приказ № 12")
    said = run(
        "add", "+79990000777", "--role", "operator", "--last-name", "Смирнова", "--first-name", "Ольга", *why
    )
    assert said == "+79990000777: работает как оператор, вход на /staff/sign-in/.\n"
    assert run("role", "+79990000777", "billing", *why) == "+79990000777: теперь инженер расчётов.\n"
    assert run("disable", "+79990000777", *why) == "+79990000777: доступ закрыт.\n"
    assert "закрыт" in run("list")
    assert run("enable", "+79990000777", *why) == "+79990000777: доступ снова открыт.\n"
    assert "billing" in run("list")
