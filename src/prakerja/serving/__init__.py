"""The server of every door: reads whole requests without holding a thread, then lets a thread answer them (ADR 0025).

It knows HTTP/1 and WSGI and nothing else of ours: no Django, no database, no rule of the programme.
"""

# In a request's environment: whether the body there is the whole body. An application may then leave it unread and keep the
# connection.
WHOLE_BODY = "prakerja.body_read"
