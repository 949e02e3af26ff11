"""`workforce pins`: which candidate each specialist is pinned to, what proves it, and moving a pin."""

from typing import Annotated

import typer

from workforce_assets.cli.console import EXIT_BLOCKED, OUT, input_errors

pins = typer.Typer(help="The ladder of candidates, and the pin on it.", invoke_without_command=True)

Name = Annotated[str, typer.Argument(help="which specialist, e.g. writer")]


@pins.callback()
def at_a_glance(context: typer.Context) -> None:
    """Every specialist's candidates: adopted, holding, not enough evidence, never evaluated."""
    if context.invoked_subcommand is None:
        from evals.measuring import specialists_with_cases

        with input_errors():
            for name in specialists_with_cases():
                _print(name)
            _print_floors()
        OUT.print(
            "\n▶ pinned  ✓ clears every bar  ✗ hold: below a bar  … not enough evidence  · never evaluated\n"
            "right: as the held-out case says · at least: its lower bound, 95 % sure · USD: per record\n"
            "in full: workforce pins show SPECIALIST · the graders: workforce pins graders"
        )


@pins.command()
def show(specialist: Name) -> None:
    """One specialist: its ladder, and every scorecard in full."""
    from evals.agreement import agreement
    from evals.pinning import ladder, of_labels
    from evals.runner import named
    from workforce_assets.cli.scorecards import print_agreement, print_label_agreement, print_scorecard

    with input_errors():
        _print(specialist)
        for rung in ladder(named(specialist)):
            if rung.part is not None:
                print_scorecard(specialist, rung.candidate or "rules", rung.part)
        for candidate, found in of_labels(named(specialist)).items():
            print_label_agreement(candidate, found)
        if specialist == "writer":
            print_agreement(agreement())


@pins.command()
def graders(
    specialist: Annotated[str | None, typer.Argument(help="which specialist; default: all")] = None,
) -> None:
    """What each grader caught of the defects planted into outputs that had passed."""
    from evals.measuring import specialists_with_cases
    from evals.planted_defects import load_planted
    from evals.runner import named
    from workforce_assets.cli.scorecards import print_kills

    with input_errors():
        for name in specialists_with_cases() if specialist is None else (specialist,):
            planted = load_planted(named(name))
            if planted is None:
                OUT.print(f"{name}: no defects were planted yet; run `workforce eval {name}`")
            else:
                print_kills(name, planted)


@pins.command()
def propose(
    specialist: Name,
    candidate: Annotated[
        str | None, typer.Option(help="`rules`, or an id on the card; default: the pinned one")
    ] = None,
) -> None:
    """Write pin.json for a candidate with the evidence its raw rows give. Nothing is measured anew."""
    from evals.pinning import proposed, write_pin
    from evals.runner import named

    with input_errors():
        loaded = named(specialist)
        wanted = loaded.pin.candidate if candidate is None else None if candidate == "rules" else candidate
        pin = proposed(loaded, wanted)
        changed = write_pin(loaded, pin)
    verdict = pin.evidence.verdict if pin.evidence else "none"
    done = "written: look at the diff and commit it" if changed else "unchanged"
    OUT.print(f"specialists/{specialist}/pin.json {done} · {wanted or 'rules alone'}: {verdict}")


@pins.command()
def adopt(specialist: Name) -> None:
    """Move the pin where the card's posture says: the newest that clears, the cheapest, or nowhere."""
    from evals.pinning import chosen, proposed, write_pin
    from evals.runner import named

    with input_errors():
        loaded = named(specialist)
        wanted = chosen(loaded)
        changed = write_pin(loaded, proposed(loaded, wanted))
    moved = wanted != loaded.pin.candidate
    says = f"moves to {wanted}" if moved else f"stays at {wanted or 'rules alone'}"
    OUT.print(
        f"{specialist}: posture {loaded.card.posture}, the pin {says}"
        + ("; commit the diff" if changed else "")
    )


@pins.command()
def verify() -> None:
    """Compute every pin's evidence again from the raw rows; exit 1 if any does not follow from them."""
    from evals.measuring import specialists_with_cases
    from evals.pinning import mismatches
    from specialists.specialist import blueprint

    with input_errors():
        wrong = [line for name in specialists_with_cases() for line in mismatches(blueprint(name))]
    for line in wrong:
        typer.echo(line, err=True)
    if wrong:
        raise typer.Exit(EXIT_BLOCKED)
    OUT.print(f"{len(specialists_with_cases())} pins follow from their raw rows")


def _print_floors() -> None:
    """What every workforce's pins prove together; evidence of what has changed since proves nothing."""
    from evals.chain import floor_of
    from specialists.evidence import Unproven, standing
    from specialists.specialist import blueprint
    from workforce_assets.cli.scorecards import print_floor
    from workforce_assets.workforces import WORKFORCES

    for workforce in WORKFORCES:
        evidence = {}
        for line in workforce.stages:
            loaded = blueprint(line.by)
            found = standing(loaded)
            stale = isinstance(found, Unproven) and found.stale
            evidence[line.by] = None if stale else loaded.pin.evidence
        print_floor(workforce.name, floor_of(evidence))


def _print(specialist: str) -> None:
    from evals.pinning import ladder
    from evals.runner import named
    from specialists.evidence import Proven, standing
    from workforce_assets.cli.scorecards import print_ladder

    loaded = named(specialist)
    found = standing(loaded)
    says = "proven" if isinstance(found, Proven) else f"local outbox only: {found.why}"
    print_ladder(loaded, ladder(loaded), says)
