"""客户自助: the customer's own pages, by a signed link that ends."""
