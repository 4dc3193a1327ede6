"""Solving versions of chains beside the server: its processes, and what they are asked."""
