"""A score as pure arithmetic: points and levels become a score, its range and a recommendation.

Reading order: objective (points of hidden tests), combine (with levels and weights), recommend.
"""
