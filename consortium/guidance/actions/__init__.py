"""Draft a version of a guidance, correct it, publish it, and retire it."""
