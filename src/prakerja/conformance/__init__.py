"""Play the published partner contract against any server, and say what holds.

    python -m prakerja.conformance --base-url U --client-code C --sign-key K

It needs no database, no sandbox and nothing else of ours, only an HTTP client: a server is known by its answers. What it
does itself although we have it elsewhere (signing above all) it does on purpose: a mistake of ours must not hide here.
"""
