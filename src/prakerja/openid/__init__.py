"""Our OpenID Connect provider for institutions: what programs call, and what a client may ask a browser for (ADR 0014).

The grants behind it are `grants`; the pages on which a participant decides are the portal's. Both are served by one door.
"""
