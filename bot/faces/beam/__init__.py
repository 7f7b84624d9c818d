"""Logs beyond one machine: sink files and Pub/Sub messages through Apache Beam into stored windows.

What knows apache_beam is in this package alone; it comes with `pip install incidentbot[beam]`.
"""
