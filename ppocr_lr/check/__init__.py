"""What a config will do to a training run, found before it starts."""
