"""工作台: the shell around every page, search, and the home of each role."""
