"""Members of the retailer's staff: roles, permissions, and the sign-in at the retailer's own service."""
