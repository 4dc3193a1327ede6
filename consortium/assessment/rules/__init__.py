"""Rules of assessed claims; they know no database."""
