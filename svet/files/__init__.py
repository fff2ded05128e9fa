"""Photos people send: checked before they are decoded, re-encoded without a trace of the camera, kept."""
