"""A key service of one machine: wraps and unwraps keys under its own, which never leaves it. For trying and for tests."""
