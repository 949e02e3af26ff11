"""Mail on its way out: the message, the mailer's port and its implementations, and sending at most once."""
