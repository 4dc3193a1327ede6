"""Words that everyone shares. Pure: no I/O, no clock, no ORM."""
