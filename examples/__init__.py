"""Programs of the outside world, as a partner would write them: they know only the public HTTP API."""
