"""客户: who the customers are: identity, classes, the archive card and where each value came from."""
