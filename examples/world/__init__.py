"""The outside world of a demo: a phone and message gateway, a small bank and a civil registry.

A program of its own, as a telephone company or a bank would run it: it knows nothing of the programme's
code and talks HTTP only. Start it from the root of the repository with ``python -m examples.world``.
"""
