"""Figures on their way in: a file lands as rows, is reviewed, and is committed or discarded."""
