"""The command line: thin commands, refusals in words, and the use cases of an operator."""
