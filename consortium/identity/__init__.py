"""Accounts, service clients, sessions and keys; `oauth` speaks the protocols."""
