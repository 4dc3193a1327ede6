"""What comes in from files: stages of chains, and systems of activities in several forms."""
