"""The monthly bill: snapshot, PDF with a payment QR, delivery."""
