"""«Показания»: dials, the guard's questions, receipts, objections, the quick form, the offline queue."""
