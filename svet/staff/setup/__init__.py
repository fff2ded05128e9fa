"""«Настройка»: whose portal this is, its suppliers, and the texts people agree to."""
