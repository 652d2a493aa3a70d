"""What a plan is read from."""
