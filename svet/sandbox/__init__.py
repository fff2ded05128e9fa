"""Demo only: the sample town, pages showing the outer world, and that world itself as a separate process."""
