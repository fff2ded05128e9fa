"""Pictures are kept in the letters of DejaVu Sans: another Russian font is none, and that is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import browser

FC_LIST = """#!/bin/sh
case "$*" in *"DejaVu Sans"*) printf '%s' "$DEJAVU";; *) echo "Noto Sans: lang=ru";; esac
"""


@pytest.mark.parametrize(("installed", "said"), [("", True), ("DejaVu Sans: style=Book", False)])
def test_another_font_of_russian_letters_does_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str, said: bool
) -> None:
    (tmp_path / "fc-list").write_text(FC_LIST)
    (tmp_path / "fc-list").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DEJAVU", installed)
    assert browser.has_font() is not said
    assert any("fonts-dejavu-core" in each for each in browser.letters_missing()) is said
