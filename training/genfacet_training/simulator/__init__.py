"""Simulated shoppers, who judge facets by buying or giving up.

Only this package knows what shoppers want and how they speak: nothing that chooses, trains or serves facets may import
it, or it would be tuned on the answer. All figures that come of it are simulated.
"""
