"""What was said, read strictly: an answer, a refusal, calls, or malformed."""

from resources.gateway.answers import Answered, Calls, Malformed, Refused, Reply
from resources.gateway.models import Model
from resources.gateway.strict_json import parse_object
from resources.gateway.transport import ANSWER_TOOL, Said


def read(said: Said, model: Model) -> Reply:
    """The reply without its usage and steps, which the attempt knows."""
    if not model.is_meant_by(said.model):
        return Malformed(f"another model answered: {said.model!r:.100}, not {model.name}", again=False)
    if said.refusal is not None or said.ended == "refused":
        return Refused(f"the model declined: {' '.join((said.refusal or said.stop or '').split())[:300]}")
    if said.ended == "cut off":
        return Malformed("the answer was cut off at the output limit")
    if said.ended == "called":
        return _calls(said)
    if said.ended != "done":
        return Malformed(f"it stopped for another reason than being done: {said.stop!r:.100}")
    if said.calls:
        return Malformed("it called a tool and said that it was done")
    try:
        return Answered(parse_object(said.text or ""))
    except ValueError as error:
        return Malformed(f"not JSON: {' '.join(str(error).split())[:300]}")


def _calls(said: Said) -> Reply:
    """Where a tool is the way to answer, one call of it alone is the answer."""
    if not said.calls:
        return Malformed("it stopped to call a tool and called none")
    if all(call.name != ANSWER_TOOL for call in said.calls):
        return Calls(said.calls, said.turn)
    (call, *others) = said.calls
    if others or call.arguments is None:
        return Malformed("it answered twice, or with something that is no JSON object")
    return Answered(call.arguments)
