from __future__ import annotations

import io

import pytest

from svet.sandbox.world.requests import Refusal, body_of


def test_a_body_that_may_lack_needs_no_type_when_it_lacks() -> None:
    assert body_of({"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO()}, may_lack=True) == {}
    with pytest.raises(Refusal):
        body_of({"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO()})
