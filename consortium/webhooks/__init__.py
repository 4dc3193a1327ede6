"""Webhooks: an organisation's own systems are told what happens, as far as it may see it."""
