"""Verified, query-dependent facets for an existing Elasticsearch."""
