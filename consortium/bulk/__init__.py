"""Whole lists as files, and changes from files: asked for now, done beside the server."""
