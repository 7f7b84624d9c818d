"""incidentbot: from a service's logs to exactly one true GitHub issue per incident."""

__version__ = "0.1.0"
