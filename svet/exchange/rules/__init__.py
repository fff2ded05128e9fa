"""Reading register files: bytes to typed rows or to errors that name the line. No Django here."""
