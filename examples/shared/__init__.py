"""What the example shop and the example class sites both use; nothing here knows the inside of Prakerja."""
