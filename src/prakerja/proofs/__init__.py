"""Merkle trees, signed checkpoints and public randomness: what lets a stranger check us. Pure: no Django, no database, no network."""
