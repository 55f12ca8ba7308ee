"""One entry per front door, so that each can be scaled, limited and taken down alone."""
