"""What runs inside a training loop: Paddle's schedulers, the weight decay stepper, states, the range test."""
