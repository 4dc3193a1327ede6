"""Avoided emissions: claims, and their aggregates across members."""
