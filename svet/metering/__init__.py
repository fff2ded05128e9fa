"""Meters, verification, readings and their life, what makes a reading believable."""
