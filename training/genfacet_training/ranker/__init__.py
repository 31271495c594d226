"""Training of the ranker: what was chosen for a query, and the weights under which that order is the likeliest."""
