"""The forms' common ground, which stands in ``look``: one way for every face."""

from svet.look.forms import LONGEST_TEXT, LONGEST_VALUE, DayField, Form, add_refusal, first_error

__all__ = ["LONGEST_TEXT", "LONGEST_VALUE", "DayField", "Form", "add_refusal", "first_error"]
