"""Numbers on the command line."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import click


class Amount(click.ParamType[Decimal]):
    """A number with a point or a comma."""

    name = "number"

    def convert(
        self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        try:
            return Decimal(str(value).replace(",", "."))
        except InvalidOperation:
            self.fail(f"{value}: write it like 92.5", param, ctx)


AMOUNT = Amount()


def kopecks_of(roubles: Decimal | None) -> int | None:
    """Kopecks of a sum in roubles. :raises UsageError: parts of a kopeck, or no number"""
    if roubles is None:
        return None
    if not roubles.is_finite() or roubles % Decimal("0.01"):
        raise click.UsageError(f"{roubles}: write it like -500.00")
    return int(roubles * 100)
