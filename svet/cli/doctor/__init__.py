"""What an installation lacks, in plain words: each finding says what is so and what to do about it."""
