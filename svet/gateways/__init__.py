"""Ports to the outer world (SMS, acquiring, mail) with one file per vendor; no fakes."""
