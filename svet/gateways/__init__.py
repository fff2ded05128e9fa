"""Ports to the outer world (SMS, acquiring, mail, push, identity) with one file per vendor; no fakes."""
