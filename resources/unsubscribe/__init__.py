"""One-click unsubscribing (RFC 8058): signed links, and what using one does."""
