"""`prakerja journey`: people and programs at the real front doors, from registration to the last payment."""
