"""What can be done with imports: each action is one transaction."""
