"""What a cabinet asks of its person today: a sentence, tasks in the order of their days, money on its way."""
