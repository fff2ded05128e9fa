"""One production serves all of these tests; whoever breaks something waits until it stands again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standing.installation import Installation, installed


@pytest.fixture(scope="package")
def there(django_db_setup: None) -> Iterator[Installation]:
    with installed() as installation:
        yield installation
