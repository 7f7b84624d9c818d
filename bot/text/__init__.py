"""Untrusted text as a type; redaction; escaping for Markdown, Mermaid, terminals and Action logs; templates."""
