"""What is done about webhooks."""
