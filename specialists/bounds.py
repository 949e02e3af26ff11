"""What a count of passes proves of a pass rate."""

CONFIDENCE = 0.95


def lower_bound(passes: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The pass rate (0..1) that `passes` of `n` prove: Clopper and Pearson (1934), one-sided.

    0 where nothing passed.
    """
    if passes == 0:
        return 0.0
    # 0.3 s, which a command without bounds need not wait for.
    from scipy.special import betaincinv

    return float(betaincinv(passes, n - passes + 1, 1 - confidence))


def upper_bound(passes: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The pass rate (0..1) that `passes` of `n` do not rule out, one-sided. 1 where nothing failed."""
    if passes == n:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(passes + 1, n - passes, confidence))
