"""The verbs of the command `xinheng`: each parses its words, calls one function of the library and shows what came."""
