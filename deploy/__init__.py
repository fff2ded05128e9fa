"""Packages of Svet: a wheel, a Debian package and an OCI image from what is committed, the same to the bit each time.

Only the standard library: it runs in `.venv/build`, which `make packages` and `make image` make.
"""
