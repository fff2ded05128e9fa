"""Ports to the outer world (SMS, acquiring, mail, push) with one file per vendor; no fakes."""
