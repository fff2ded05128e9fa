"""«Отключения»: the desk where works and outages are announced, moved and called off."""
