import signal

# A Ctrl-C while Python still reads the modules ends us without a word, not with a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from svet.cli.main import main  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)
main()
