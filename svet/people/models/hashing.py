from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the measured cost."""

    memory_cost = 19456
    time_cost = 2
    parallelism = 1
