"""The shape of every failure, RFC 9457."""

from __future__ import annotations

from svet.api.shell.shapes import Shape


class WorkOut(Shape):
    """What a busy network has to compute: see «When a network is busy» in docs/api.md."""

    token: str
    riddle: str
    bits: int
    parts: int


class PayeeOut(Shape):
    """One of several payees, with what of the payment is theirs."""

    name: str
    account_ids: list[str]
    total_kopecks: int


class ProblemOut(Shape):
    """RFC 9457; ``code`` is stable, ``title`` is a sentence for a person.

    From before the application (a crowd, a broken line) there is no ``code``, and ``detail`` says more.

    Of readings: ``suggestion`` are the values by zone that the guard would believe (zones the other way
    round, a digit less), ``doubts`` tell why it thinks so.
    """

    type: str
    status: int
    title: str
    code: str = ""
    detail: str = ""
    field: str = ""
    needs_confirmation: bool | None = None
    may_insist: bool | None = None
    doubts: list[str] | None = None
    suggestion: dict[str, str] | None = None
    payees: list[PayeeOut] | None = None
    work: WorkOut | None = None
