"""``svet verify``: its promises, and the processes that share the work before Django is ready in them."""
