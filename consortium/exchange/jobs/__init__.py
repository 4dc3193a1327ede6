"""What goes on by itself: events delivered and worked off, errands run, however often it takes."""
