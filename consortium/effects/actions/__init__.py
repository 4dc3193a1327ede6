"""What can be done with effects: each action is one transaction."""
