"""Appeals to the retailer («интернет-приёмная»): number, thread, photos, an answer in time."""
