"""One module per resource, and the callbacks of banks and gateways."""
