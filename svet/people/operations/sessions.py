"""Where sessions are kept: Django's rows, and the list of a person's browsers follows every renewed key.

``SESSION_ENGINE`` names this module. Django itself renews the key of a session that was opened under a
retired secret of the installation; without this its browser would stay signed in and stand on no list.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.utils import timezone

from svet.kernel.frozen import frozen
from svet.people.operations.devices import move_session


class SessionStore(db.SessionStore):
    """A row of ``django_session``."""

    def _get_session_from_db(self) -> Any:
        """Django's own read, which every page begins with."""
        row = _open.first(self.session_key or "", timezone.now())  # noqa: TID251 - in Django's place
        if row is None:
            self._session_key = None
        return row

    def cycle_key(self) -> None:
        """Go on under a fresh key; the row of the browser goes with it."""
        before = self.session_key or ""
        super().cycle_key()
        move_session(before=before, after=self.session_key or "")


@frozen
def _open(session_key: str, now: datetime) -> QuerySet[Any]:
    sessions: QuerySet[Any] = SessionStore.get_model_class().objects.all()
    return sessions.filter(session_key=session_key, expire_date__gt=now)
