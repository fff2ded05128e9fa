"""Appeals and their answers."""
