"""The server of every door: reads whole requests without holding a thread, then lets a thread answer them (ADR 0025).

It knows HTTP/1 and WSGI and nothing else of ours: no Django, no database, no rule of the programme.
"""
