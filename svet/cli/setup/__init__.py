"""The questions of ``svet setup`` in the terminal; which they are is ``svet.setup``."""
