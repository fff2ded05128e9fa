"""Who may open which account: confirming a person, suspending, handing over."""
