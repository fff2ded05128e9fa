"""Numbers on the command line."""

from __future__ import annotations

import re
from decimal import Decimal

import click

_PLAIN = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,10})?|\.[0-9]{1,10})", re.ASCII)


class Amount(click.ParamType[Decimal]):
    """A number with a point or a comma."""

    name = "number"

    def convert(
        self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        plain = str(value).replace(",", ".")
        # Without exponents, NaN and what else only a machine takes for a number.
        if not _PLAIN.fullmatch(plain):
            self.fail(f"{value}: write it like 92.5", param, ctx)
        return Decimal(plain)


AMOUNT = Amount()


def kopecks_of(roubles: Decimal | None) -> int | None:
    """Kopecks of a sum in roubles. :raises UsageError: parts of a kopeck"""
    if roubles is None:
        return None
    if roubles % Decimal("0.01"):
        raise click.UsageError(f"{roubles}: write it like -500.00")
    return int(roubles * 100)
