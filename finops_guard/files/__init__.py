"""What every reader needs: text with marks and limits."""
