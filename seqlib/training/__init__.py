"""Training in the background: runs, the scheduler that shares the machine, Dask."""
