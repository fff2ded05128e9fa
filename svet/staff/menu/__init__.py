"""The list of desks, the frame that shows it, and the first page."""
