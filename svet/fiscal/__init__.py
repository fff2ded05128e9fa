"""Fiscal receipts (54-ФЗ) by a till of ours: owed for money that moved, sent once, followed (ADR 172)."""
