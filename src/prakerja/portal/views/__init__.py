"""Views: translate in, make one domain call, translate out."""
