"""Readers of the vendors' public price feeds: each yields rows, and `mapping` says which product key a row prices."""
