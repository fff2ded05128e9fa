"""«Потребление»: 24 months of an account, this year over last, and why a month is what it is."""
