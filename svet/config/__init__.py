"""The roof: settings, urls, system checks, the embedded database, the ``svet`` command."""
