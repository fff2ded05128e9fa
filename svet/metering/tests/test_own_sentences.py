"""Every refusal of a set says what happened: none borrows the sentence of «something went wrong»."""

from __future__ import annotations

from enum import StrEnum

import pytest
from django.utils import translation

from svet.metering import texts
from svet.metering.operations.quick import QuickReason
from svet.metering.operations.submitting import KeyReason


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("reason", [KeyReason.REUSED, QuickReason.SCALES])
def test_a_reason_has_a_sentence_of_its_own(reason: StrEnum, language: str) -> None:
    with translation.override(language):
        own = texts.explain_reason(reason)
        assert own != texts.explain_reason("nobody knows this reason")
    with translation.override("ru" if language == "en" else "en"):
        assert texts.explain_reason(reason) != own
