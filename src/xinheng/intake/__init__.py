"""导入: a workbook taken in row by row, with a dry run, progress, and the failed rows handed back."""
