"""Facts that give back more than one hand may: what waits for a second signature."""
