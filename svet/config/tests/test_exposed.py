"""What an installation gives to nobody, and the names of the cookies it sets behind TLS."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
#: What scanners ask for first: the source, its history, secrets, listings, other frameworks' doors.
STRANGE = (
    "/.git/config", "/.git/HEAD", "/.env", "/pyproject.toml", "/svet/config/settings.py",
    "/docs/operations.md", "/static/", "/static/look/", "/static/../settings.py", "/admin/", "/__debug__/",
    "/debug/", "/server-status", "/phpinfo.php", "/metrics", "/api/", "/api/v1/docs", "/graphql",
)  # fmt: skip


@pytest.mark.parametrize("path", STRANGE)
def test_what_is_no_page_is_not_there(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/entrance/", "/health/", "/api/v1/accounts", "/static/look/js/app.js"]
)
def test_trace_is_answered_nowhere_and_echoes_nothing(path: str) -> None:
    answer = Client().generic("TRACE", path, headers={"x-secret": "only-mine"})
    assert answer.status_code in (302, 401, 404, 405)
    told = b"".join(answer) if answer.streaming else answer.content
    assert b"only-mine" not in told


def test_every_answer_says_what_browsers_must_know() -> None:
    """Pages, files, programs' answers, failures: typed, not sniffed, framed by nobody, without a referrer."""
    for path in ("/entrance/", "/no-such-page/", "/api/v1/accounts", "/static/look/js/app.js", "/offline/"):
        headers = Client().head(path).headers if "/static/" in path else Client().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        if "/static/" not in path:
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
            assert "Access-Control-Allow-Origin" not in headers, path
    assert Client().get("/entrance/")["Content-Type"] == "text/html; charset=utf-8"


def test_behind_tls_every_cookie_belongs_to_this_host_alone() -> None:
    """The settings are read once, so a process of its own reads them as behind TLS."""
    told = subprocess.run(
        [sys.executable, "-c", _COOKIES],
        env=os.environ | {"SVET_ENV": "test", "SVET_BASE_URL": "https://lk.retailer.example"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(told.stdout.splitlines()[-1])
    assert len(found["names"]) == 8
    assert {name for name in found["names"] if not name.startswith("__Host-svet")} == set()
    assert found["secure"] == [True, True]
    assert found["hidden"] == [True, True]


_COOKIES = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "svet.config.settings"
import django; django.setup()
from django.conf import settings
from svet.cabinet.shell import frame, session
from svet.look.flashes import FlashStorage
from svet.look.sheets import KEPT_COOKIE
names = [
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME,
    frame.THEME_COOKIE, frame.SIZE_COOKIE, session.DEVICE_COOKIE, FlashStorage.cookie_name,
    KEPT_COOKIE,
]
print(json.dumps({
    "names": names,
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE],
    "hidden": [settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY],
}))
"""
