"""The draw's protocol: what is hashed, how rows are written, how seats are shared out and taken (draw.md 3 to 11).

Pure, and byte for byte: whoever reads the page and writes this anew must reach the same winners. No database, no Django.
"""
