"""One module per service: which rows of the collected price tables become which product keys of the price book."""
