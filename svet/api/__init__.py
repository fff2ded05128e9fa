"""REST v1 for programs (OpenAPI 3.1), and the callbacks of banks and SMS gateways."""
