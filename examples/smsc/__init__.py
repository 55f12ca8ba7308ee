"""A telephone company's short message centre that speaks SMPP 3.4: for demos and tests, with every outcome settable.

A program of its own, as such a company would run it: it knows nothing of the programme's code. Start it from the root of the
repository with ``python -m examples.smsc``.
"""
