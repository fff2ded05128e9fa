"""The sample town: invented people, accounts, meters and fourteen months of their life.

It is a function of a seed and a month, and it comes in the way a retailer's data does: registers of
accounts, readings and payments go through ``exchange``, bills through the billing run.
"""
