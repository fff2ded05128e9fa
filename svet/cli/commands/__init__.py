"""Subcommands of ``svet``; a function ``<name>_command`` each, imported only when used."""
