"""Tests of the trackers; contract.py is for all of them."""
