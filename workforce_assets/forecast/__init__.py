"""What a run will cost, told before anything is spent: calls, tokens, money and time, each as an interval."""
