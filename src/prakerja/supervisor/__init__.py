"""The processes of a running system: which they are (`plan`), and what starts, watches and stops them (`children`)."""
