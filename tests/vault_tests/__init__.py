"""An application of the tests of the vault: never installed, it lends its name to their model."""
