"""Sign-in of staff: password, second factor, the company's sign-in service."""
