"""The desks of readings: review, control readings, objections."""
