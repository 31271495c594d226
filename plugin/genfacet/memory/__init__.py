"""The memory: plans of teachers for earlier queries, and what of the nearest ones holds for a query now."""
