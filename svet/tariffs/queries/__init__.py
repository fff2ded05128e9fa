"""Reads of tariffs, norms and law."""

from svet.tariffs.queries.law import law
from svet.tariffs.queries.norms import loaded_norms, region_norms
from svet.tariffs.queries.tariff_lines import TariffTable, loaded_lines, tariff_tables
from svet.tariffs.queries.tariffs import (
    TariffRowView,
    demonstration_groups,
    group_codes,
    group_tariffs,
    groups,
    groups_of_rows,
    periods,
    region_tariffs,
    regions,
    rows_with_bounds,
    tariffs,
)

__all__ = [
    "TariffRowView",
    "TariffTable",
    "demonstration_groups",
    "group_codes",
    "group_tariffs",
    "groups",
    "groups_of_rows",
    "law",
    "loaded_lines",
    "loaded_norms",
    "periods",
    "region_norms",
    "region_tariffs",
    "regions",
    "rows_with_bounds",
    "tariff_tables",
    "tariffs",
]
