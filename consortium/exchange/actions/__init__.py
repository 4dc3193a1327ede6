"""Partners set up, footprints shared, events taken in and answered."""
