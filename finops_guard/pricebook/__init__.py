"""The price book: text facts in `prices/`, and the SQLite catalog that is built from them."""
