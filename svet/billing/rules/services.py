"""Whose sums are not computed here."""

from __future__ import annotations

from enum import StrEnum


class ServiceReason(StrEnum):
    """Why a supplier's accounts cannot be charged at all, whatever is known of them."""

    CHARGES_ITSELF = "supplier_charges_itself"
