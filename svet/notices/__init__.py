"""What Svet tells people: bell, texts, preferences, delivery; keeps its own recipients and addresses."""
