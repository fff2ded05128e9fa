"""«Реестры»: registers of payments, judged before they are taken, and how each source writes them."""
