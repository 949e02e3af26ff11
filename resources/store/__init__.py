"""The operations store: state that must be transactional, on SQLite or PostgreSQL."""
