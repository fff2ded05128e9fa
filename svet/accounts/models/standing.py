"""The one question «who holds this account now»: every other room and module asks it here.

A link that was taken out, refused with «это не я» or let in until a day that has passed opens nothing. A
filter of these three columns anywhere else fails the build (``tests/architecture/test_standing.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

_Link = TypeVar("_Link", bound=models.Model, covariant=True)


def _kept() -> Q:
    return Q(removed_at__isnull=True)


def _in_term(at: datetime | None) -> Q:
    return Q(ends_at__isnull=True) | Q(ends_at__gt=Now() if at is None else at)


def _standing(at: datetime | None) -> Q:
    return _in_term(at) & _kept() & Q(suspended_at__isnull=True)


class LinkQuerySet(models.QuerySet[_Link]):
    """Links by what they open. ``at`` is a moment; without it the database's clock says when."""

    def standing(self, *, at: datetime | None = None) -> Self:
        """Those that open their account: not taken out, not suspended, in their term."""
        return self.filter(_standing(at))

    def with_standing(self, *, at: datetime | None = None) -> Self:
        """All of them, each with ``stands``: whether it opens its account."""
        return self.annotate(stands=ExpressionWrapper(_standing(at), output_field=BooleanField()))

    def kept(self) -> Self:
        """Those that have their place in a cabinet, whether or not they open anything: one per account."""
        return self.filter(_kept())

    def known(self, *, at: datetime | None = None) -> Self:
        """Those in their term that were not taken out, the suspended ones too: whom a holder is shown."""
        return self.filter(_in_term(at) & _kept())

    def suspended(self) -> Self:
        """Those refused with «это не я» that wait for the office."""
        return self.filter(_kept() & Q(suspended_at__isnull=False))

    def run_out(self, *, at: datetime) -> Self:
        """Those whose term is over and that were not ended yet. A suspended one waits for the office."""
        return self.filter(_kept() & Q(suspended_at__isnull=True, ends_at__lte=at))
