"""对接: what other systems may ask and do here, each with a token of limited scope that acts as a person."""
