"""Why the site says no."""

from __future__ import annotations

from enum import StrEnum


class SiteReason(StrEnum):
    NO_SUCH_AGREEMENT = "no_such_agreement"
    NOT_A_COLOR = "not_a_color"
    EMPTY_TEXT = "empty_text"
