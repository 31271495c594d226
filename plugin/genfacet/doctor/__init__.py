"""What `genfacet doctor` finds out about a deployment: checks, one by one, and what facets cost its cluster.

Every check is a function that asks a little and returns ``Check`` values; none changes anything.
"""
