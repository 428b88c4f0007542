"""What the losses of range tests say: which rate to train with, and from where to where."""
