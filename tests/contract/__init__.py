"""The API as its document promises it: valid, whole, true, and fit for clients that programs make of it."""
