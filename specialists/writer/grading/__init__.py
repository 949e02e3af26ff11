"""What the graders look for. No decision depends on anything in here."""
