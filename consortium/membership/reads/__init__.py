"""What can be read of memberships and engagements, and who may see members' figures."""
