"""What a count of passes proves of a pass rate, in one place for evals, marts and reports."""

CONFIDENCE = 0.95


def lower_bound(passes: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The pass rate (0..1) that `passes` of `n` prove: Clopper and Pearson (1934), one-sided.

    0 where nothing passed. Raises ValueError for counts that cannot be.
    """
    check_counts(passes, n)
    if passes == 0:
        return 0.0
    # 0.3 s, which a command without bounds need not wait for.
    from scipy.special import betaincinv

    return float(betaincinv(passes, n - passes + 1, 1 - confidence))


def upper_bound(passes: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The pass rate (0..1) that `passes` of `n` do not rule out, one-sided. 1 where nothing failed.

    Raises ValueError for counts that cannot be.
    """
    check_counts(passes, n)
    if passes == n:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(passes + 1, n - passes, confidence))


def check_counts(passes: int, n: int) -> None:
    """Raises ValueError unless 0 <= passes <= n."""
    if not 0 <= passes <= n:
        raise ValueError(
            f"{passes} passes of {n}: there cannot be more passes than cases, or fewer than none"
        )
