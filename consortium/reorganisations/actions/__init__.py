"""What can be done when an organisation changes: each action is one transaction."""
