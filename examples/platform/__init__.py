"""A digital platform's shop; the seven brands are data."""
