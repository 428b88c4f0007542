"""What would explain a log that does not follow its plan: a file for each family of causes."""
