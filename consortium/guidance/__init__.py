"""Guidance as data: what a claim of avoided emissions has to show, version by version."""
