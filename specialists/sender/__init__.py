"""The Sender: rules decide who may be written to and when, judgement may only veto, code holds the mailer."""
