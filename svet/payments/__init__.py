"""One payment over many accounts: orders, states, settling, callbacks."""
