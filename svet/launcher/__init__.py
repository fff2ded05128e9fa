"""The supervisor: the embedded PostgreSQL, the processes of `svet demo`, their ports and privileges."""
