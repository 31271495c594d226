"""The evaluation kit: whether facets and rewrites are any good, on a team's own index and judgements."""
