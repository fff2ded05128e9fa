"""One timeline over readings, payments and bills; read only."""
