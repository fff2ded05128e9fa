"""What a receipt says, the life of one, when it is asked about again. Pure."""
