"""What `genfacet init` finds out about an index: read its mapping and a sample, decide, write ``genfacet.yml``.

``reading`` asks Elasticsearch; ``fields``, ``samples``, ``families``, ``exclusions`` and ``findings`` are pure;
``configfile`` writes what was found.
"""
