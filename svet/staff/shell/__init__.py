"""What every desk stands on: the desk, forms, addresses, the session of staff; it knows no desk."""
