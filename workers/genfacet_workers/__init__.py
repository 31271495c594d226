"""Celery tasks that precompute facets of head queries and trends into Elasticsearch."""
