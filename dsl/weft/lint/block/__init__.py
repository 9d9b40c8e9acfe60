"""One block of a kernel, run on chosen sizes with its data unknown: what its threads would touch, and in which order.

Rules ask it for what no formula tells: which threads meet on one element, and which addresses a warp asks for at once.
Whatever depends on data is unknown, and no finding comes from it; so what is found holds for the sizes of the trial.
"""
