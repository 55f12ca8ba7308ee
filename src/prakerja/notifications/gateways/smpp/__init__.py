"""SMPP 3.4, the language of telephone companies: its units, its texts, a session, and two companies that stand in for each other."""
