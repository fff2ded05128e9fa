"""The story of an account's electricity as its bills tell it: months by zone, why they differ."""
