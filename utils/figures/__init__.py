"""The figures of each chapter that are too long to stand in it.

A function takes the chapter's own numbers and returns `(figure, alt)`: a Matplotlib figure made
without pyplot, so that a slider can redraw it, and the alternative text with computed numbers.
"""
