"""«Отключения»: when one's houses are without light, and the same for any address somebody names."""
