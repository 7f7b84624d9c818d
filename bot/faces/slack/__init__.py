"""The relay: `/incident` in Slack, and alerts of Cloud Monitoring, become commands that are done once and answered.

`commands`, `desk` and `office` need nothing but what the program itself needs, and serve the Action too; the rest needs
`incidentbot[slack]`.
"""
