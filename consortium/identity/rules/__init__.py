"""Roles, scopes and what they allow: pure decisions."""
