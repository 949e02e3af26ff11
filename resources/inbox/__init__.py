"""Mail that comes back: bounces, complaints, automatic replies and people who want no more of it."""
