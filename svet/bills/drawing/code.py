"""The QR symbol of the payment code, as rows of modules."""

from svet.look.qr import symbol

__all__ = ["symbol"]
