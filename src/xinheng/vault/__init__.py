"""保密: keys, encrypted columns with blind indexes, and the encrypted store of files."""
