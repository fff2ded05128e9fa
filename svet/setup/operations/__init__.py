"""What is asked, how answers are judged, how they are written: all at once, or a section at a desk."""
