"""The address a request really comes from: the same for every face."""

from svet.look.requests import client_address

__all__ = ["client_address"]
