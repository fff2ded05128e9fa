"""«Оплата»: what is owed, orders, stored cards."""
