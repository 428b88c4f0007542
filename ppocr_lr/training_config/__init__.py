"""A whole training YAML: safe reading, `-o`, sweeps, the length of an epoch, scaling, weight decay, the planned run."""
