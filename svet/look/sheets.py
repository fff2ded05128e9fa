"""Sheets of style that travel within a page, so that no letter waits for a second trip: docs/adr/0219."""

from __future__ import annotations

import base64
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_FOLDER: Final = Path(__file__).parent / "static" / "look"
#: The sheet that every page has; a browser keeps it.
SHARED: Final = "svet"
#: Says which edition of the shared sheet the browser was given to keep. Nothing rests on it: where it is
#: wrong a page waits for the sheet as it would for any file, or carries it once more.
KEPT_COOKIE: Final = f"{settings.COOKIE_PREFIX}svet-sheet"
KEPT_SECONDS: Final = 365 * 24 * 3600


@cache
def text_of(*names: str) -> str:
    """The sheets as they are written, one after another."""
    paths = (_FOLDER / ("" if name == SHARED else "pages") / f"{name}.css" for name in names)
    return "".join(path.read_text("utf-8") for path in paths)


@lru_cache(maxsize=256)
def source_of(text: str) -> str:
    """What the policy says to allow this text as a style within a page, and no other: its hash."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def edition() -> str:
    """The shared sheet's own name, which another text changes."""
    return hashlib.sha256(text_of(SHARED).encode()).hexdigest()[:12]


class PageStyles:
    """What one page carries; ``kept`` is what its browser says it has."""

    def __init__(self, *, kept: str) -> None:
        self.has_shared = kept == edition()
        self.gave_shared = False
        self.sources: list[str] = []

    def within(self, text: str) -> SafeString:
        """Our own style's text to stand in a style element; the page's policy will allow it."""
        source = source_of(text)
        if source not in self.sources:
            self.sources.append(source)
        return mark_safe(text)  # noqa: S308 our own files, and colours that are looked at when they are set
