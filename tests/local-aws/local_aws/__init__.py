"""A local AWS for demos and end-to-end tests: ministack, taught what it lacks.

This file imports nothing: `stage` runs in an environment that has no ministack.
"""

MINISTACK_VERSION = "1.5.33"  # releases come almost daily, and private functions are replaced here
