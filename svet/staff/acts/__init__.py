"""Acts about meters and accounts."""
