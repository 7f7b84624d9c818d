"""The test bench: an emulated GitHub on loopback, a proxy that records and fails, GitHub's own API description."""
