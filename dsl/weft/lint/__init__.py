"""Rules over a Model, and what a project says of them. `findings` is the door."""
