"""Helpers of Backprop by Experiment: small modules whose imports point one way.

Nothing is imported here, so that a chapter pays only for the modules it uses.
"""
