"""Read-only queries across contexts: what a page or an export shows, in one statement each."""
