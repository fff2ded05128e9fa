"""The back office: desks over the same operations as the cabinet, under other permissions."""
