"""The test of motivation and basic abilities: taken once, timed by the server, with no weight in any selection (rules.md 3.3)."""
