"""The part that opens workbooks: it runs in a child process with limits, and knows nothing but the standard library and xlrd.

Its modules import each other relatively and nothing else of `creditpolicy`, so that the child starts in a twentieth of a
second and can be given this folder alone. It speaks in codes, never in sentences: the parent turns them into words.

Why not a faster library: python-calamine and fastexcel give an error cell, and a formula saved without its result, as an
empty cell, and drop the number format, so that 65% in a column of percents arrives as 0.65. Each of these would change a
grade without a word.
"""
