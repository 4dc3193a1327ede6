"""What can be done with pledges: each action is one transaction."""
