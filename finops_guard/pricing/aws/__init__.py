"""AWS: one module per service, one function per resource type."""
