"""The pages the bot writes: values in, text through issue_templates/ out."""

from bot.documents.dashboard import Entry, render_dashboard
from bot.documents.decisions import decision_comment, render_decisions
from bot.documents.incident import render_incident
from bot.documents.incident import title as incident_title
from bot.documents.listing import ListedView, listing_view, render_listing

__all__ = [
    "Entry",
    "ListedView",
    "decision_comment",
    "incident_title",
    "listing_view",
    "render_dashboard",
    "render_decisions",
    "render_incident",
    "render_listing",
]
