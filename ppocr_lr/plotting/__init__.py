"""Pictures of learning-rate curves; each module here takes planned runs and knows no formula."""
