"""Django's PostgreSQL, with a pool that comes back with its database (`base`, where Django looks for it)."""
