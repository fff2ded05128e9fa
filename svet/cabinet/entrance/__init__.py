"""Registration, sign-in, recovery, the second step, new agreements."""
