"""The installation: the retailer's brand, hotline, hours, default time zone, agreement texts."""
