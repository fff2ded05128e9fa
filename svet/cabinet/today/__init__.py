"""«Сегодня»: what the day asks of the person."""
