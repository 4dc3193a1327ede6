"""Emission inventories by company and period: scopes 1, 2 and 3 as disclosed."""
