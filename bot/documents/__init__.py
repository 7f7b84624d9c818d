"""The pages the bot writes: values in, text through issue_templates/ out."""

from bot.documents.dashboard import Entry, render_dashboard
from bot.documents.decisions import decision_comment, render_decisions
from bot.documents.incident import FOOTER, render_incident
from bot.documents.incident import title as incident_title
from bot.documents.listing import ListedView, listing_view, render_listing
from bot.documents.news import policy_news
from bot.documents.resolution import render_resolution, step_comment

__all__ = [
    "FOOTER",
    "Entry",
    "ListedView",
    "decision_comment",
    "incident_title",
    "listing_view",
    "policy_news",
    "render_dashboard",
    "render_decisions",
    "render_incident",
    "render_listing",
    "render_resolution",
    "step_comment",
]
