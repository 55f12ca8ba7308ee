"""The developer site at the partners' door. It is made from the endpoints, the structs and the table of codes."""
