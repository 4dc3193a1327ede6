"""What can be read: pledges, and the progress towards them and to initiatives' targets."""
