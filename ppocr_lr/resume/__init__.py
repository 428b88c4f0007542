"""What happens when training goes on from a checkpoint."""
