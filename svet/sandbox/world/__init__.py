"""The outer world of the demo: a bank, an SMS centre and a mail server on real sockets, without Django.

It runs as a process of its own (``svet sandbox``) and writes everything it has accepted into its own
journal before it answers: what the journal says did happen, whatever became of Svet.
"""
