"""What is opened in a browser here carries its sheets as in production, so that its policy is tried too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(scope="module", autouse=True)
def sheets_within() -> Iterator[None]:
    with override_settings(SHEETS_WITHIN=True):
        yield
