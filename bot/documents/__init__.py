"""The pages the bot writes: values in, text through issue_templates/ out."""

from bot.documents.dashboard import Entry, render_dashboard
from bot.documents.incident import render_incident
from bot.documents.incident import title as incident_title

__all__ = ["Entry", "incident_title", "render_dashboard", "render_incident"]
