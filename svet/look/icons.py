"""The icons of the sprite ``icons.svg``: 24 by 24 units, one stroke width, drawn for this project."""

from __future__ import annotations

import re
from pathlib import Path

_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="0 0 24 24">(.+?)</symbol>')


def read(sprite: Path) -> dict[str, str]:
    """The shapes of a sprite by name; the colour is the text's, the stroke comes from the style sheet."""
    return dict(_SYMBOL.findall(sprite.read_text("utf-8")))


SHAPES = read(Path(__file__).with_name("icons.svg"))
