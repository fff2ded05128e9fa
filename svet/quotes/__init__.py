"""What typed readings would cost: dials, what is thought of the values, their price. Once, for every face."""
