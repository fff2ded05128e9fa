"""Where sessions are kept: Django's rows, and the list of a person's browsers follows every renewed key.

``SESSION_ENGINE`` names this module. Django itself renews the key of a session that was opened under a
retired secret of the installation; without this its browser would stay signed in and stand on no list.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db

from svet.people.operations.devices import move_session


class SessionStore(db.SessionStore):
    """A row of ``django_session``."""

    def cycle_key(self) -> None:
        """Go on under a fresh key; the row of the browser goes with it."""
        before = self.session_key or ""
        super().cycle_key()
        move_session(before=before, after=self.session_key or "")
