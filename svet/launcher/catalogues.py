"""Compiles the translation catalogues with Babel: no gettext tools need to be installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(*, say: Callable[[str], object]) -> None:
    """Write each ``.mo`` that is older than its ``.po``; Russian too, for its plurals."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        try:
            draft = target.with_suffix(".mo.draft")
            with draft.open("wb") as file:
                write_mo(file, catalogue)
            draft.replace(target)
        except OSError as error:
            say(f"cannot write {target}: {error.strerror}; its texts stay in Russian")
