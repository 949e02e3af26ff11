"""Cross-validate a specialist's local text candidate on its development cases.

`python -m evals.text_candidates scorer` prints how much it answers and how much of that is right. The cases
were written by the same people as the candidate, so the figures flatter it and pin nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Annotated

import typer

from resources.gateway.answers import Answered
from resources.gateway.ports import Candidate, Question
from specialists.cases import Case, load_cases
from specialists.specialist import blueprint

FOLDS, ROUNDS = 10, 5

Factory = Callable[[Sequence[Case]], Candidate]


def held_out_answers(factory: Factory, cases: Sequence[Case], seed: int) -> Iterator[tuple[str, str | None]]:
    """The right label of each case, and what a candidate trained on the other folds says, if it does."""
    from sklearn.model_selection import StratifiedKFold

    labels = [_label(case) for case in cases]
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels):
        candidate = factory([cases[number] for number in train])
        for number in test:
            answer = candidate.ask(Question("", cases[number].record, {}, 1, 1))
            said = str(answer.output["label"]) if isinstance(answer, Answered) else None
            yield labels[number], said


def _label(case: Case) -> str:
    assert case.expect.judged is not None
    return str(case.expect.judged["label"])


def main(specialist: Annotated[str, typer.Argument(help="e.g. scorer, sender")]) -> None:
    """Coverage, accuracy of what is answered, and each kind of wrong answer."""
    loaded = blueprint(specialist)
    candidates: dict[str, Factory] = import_module(f"specialists.{specialist}.candidates").CANDIDATES
    factory = candidates[loaded.pin.candidate or ""]
    cases = [case for case in load_cases(loaded.folder / "cases.jsonl") if case.expect.judged is not None]
    pairs = [pair for seed in range(ROUNDS) for pair in held_out_answers(factory, cases, seed)]
    answered = [pair for pair in pairs if pair[1] is not None]
    right = sum(wanted == said for wanted, said in answered)
    typer.echo(
        f"{loaded.pin.candidate}: {len(cases)} cases, {ROUNDS} x {FOLDS} folds\n"
        f"answered {len(answered) / len(pairs):.1%}, of those right {right / len(answered):.1%}"
    )
    for wanted in sorted({label for label, _ in pairs}):
        of_kind = [said for label, said in pairs if label == wanted]
        wrong = sum(said is not None and said != wanted for said in of_kind)
        typer.echo(f"  {wanted}: {wrong / len(of_kind):.2%} read as something else")


if __name__ == "__main__":
    typer.run(main)
