"""Who opened what."""
