"""What can be done with memberships and engagements."""
