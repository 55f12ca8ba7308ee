"""The door at which gateways and banks tell what became of what we asked them to do. Signed bodies, no sessions."""
