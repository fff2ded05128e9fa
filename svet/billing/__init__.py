"""Tariffs as dated data; kWh become kopecks; runs and their explanation."""
