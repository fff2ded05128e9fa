"""A person's own data over all rooms: taking a copy along, and deleting the cabinet."""
