"""What happens when training continues from a checkpoint."""
