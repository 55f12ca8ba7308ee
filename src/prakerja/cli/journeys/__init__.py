"""`prakerja journey`: people and programs at the real front doors, from the announcement to the last payment."""
