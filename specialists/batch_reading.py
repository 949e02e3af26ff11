"""What one result of a batch means: a judgement by the specialist's schema, or why there is none."""

from dataclasses import replace

from resources.batches.ports import Batch, Request, Result, Settled
from resources.gateway.answers import Answered, Refused, Step
from resources.gateway.models import Model, model_of
from resources.gateway.reading import read
from resources.gateway.transport import Said
from resources.journal import Judgement
from specialists.judgement import misfit
from specialists.specialist import Blueprint


def settled_by(blueprint: Blueprint, batch: Batch, request: Request, result: Result) -> Settled:
    """What is not known of a bill counts as the worst case."""
    if result.said is not None:
        return _answered(blueprint, batch, request, result.said)
    if result.failure is not None:
        return Settled("errored", f"{result.failure}", 0.0, result.failure.kind.name)
    if result.fate == "expired":
        return Settled("expired", f"batch {batch.known_as} expired before it was answered", 0.0)
    if result.fate == "canceled":
        return Settled("canceled", f"batch {batch.known_as} was canceled before it was answered", 0.0)
    return Settled("malformed", result.why, None)


def _answered(blueprint: Blueprint, batch: Batch, request: Request, said: Said) -> Settled:
    """The judgement costs what all attempts did, as in calls. Those before this one are settled already."""
    model = model_of(batch.candidate)
    usage = None
    if said.counts is not None and model.is_meant_by(said.model):
        usage = model.price.usage(said.counts, batch=True)
    usd = None if usage is None else usage.usd
    reply = _checked(blueprint, said, model)
    if isinstance(reply, str) or usage is None:
        return Settled(
            "malformed", reply if isinstance(reply, str) else "it does not say what it billed", usd
        )
    cost = replace(usage, usd=usage.usd + request.earlier_usd)
    if isinstance(reply, Refused):
        answer: Answered | Refused = Refused(
            reply.why, cost, (Step("refused", said.model, said.stop, usage),)
        )
    else:
        answer = Answered(reply.output, cost, (Step("answered", said.model, said.stop, usage),))
    judgement = Judgement(f"model:{batch.candidate}", answer)
    return Settled("refused" if isinstance(answer, Refused) else "answered", "", usd, judgement=judgement)


def _checked(blueprint: Blueprint, said: Said, model: Model) -> Answered | Refused | str:
    """The reply, or what is wrong with it. Nothing is ever repaired into a decision."""
    reply = read(said, model)
    if isinstance(reply, Refused):
        return reply
    if not isinstance(reply, Answered):
        return reply.why if hasattr(reply, "why") else "it called a tool, and none is on offer"
    wrong = misfit(blueprint, reply.output)
    return reply if wrong is None else f"the answer does not fit the schema: {wrong}"
