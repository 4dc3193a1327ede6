"""Shared decarbonisation initiatives: who takes part, what they aim at, where they act."""
