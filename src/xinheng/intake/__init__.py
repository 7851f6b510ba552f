"""导入: takes a workbook in: columns matched, a dry run, the run itself in batches, and the failed rows handed back."""
