"""Teachers, and what proves their plans: a plan is kept only where executing it shows that it holds."""
