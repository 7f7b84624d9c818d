"""Runs that die, are answered wrongly, or meet: afterwards, one issue for each incident."""
