"""What a person cannot do alone: asked from the cabinet or at the counter, carried out by two signatures."""
