"""The three ways in: each parses, calls one use case and prints its result."""
