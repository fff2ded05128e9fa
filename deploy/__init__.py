"""Packages of Svet from what is committed, the same to the bit each time: wheel, Debian package, OCI image.

Only the standard library: it runs in `.venv/build`, which `make packages` and `make image` make.
"""
