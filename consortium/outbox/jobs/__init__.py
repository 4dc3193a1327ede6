"""What sends the mail: `dispatch` takes it from the table, `backends` hand it over."""
