"""Tests of the example shop and the example class sites."""
