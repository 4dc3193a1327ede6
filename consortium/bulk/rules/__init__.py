"""What bulk operations are, what they may hold, and with which rights they run."""
