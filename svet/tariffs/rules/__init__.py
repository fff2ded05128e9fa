"""Pure rules of prices and norms: what a file must be, tables by days, what a correction takes away."""
