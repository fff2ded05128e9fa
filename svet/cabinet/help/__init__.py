"""«Помощь»: questions and answers, appeals to the office."""
