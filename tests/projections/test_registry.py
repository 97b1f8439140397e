"""Each read model is asked about every event that its code looks for, and about no other."""

import ast
import inspect
import sys
import textwrap

import pytest

from appliance.domain import events
from appliance.domain.seals import SEAL_EVENTS
from appliance.projections.read_model import ReadModel
from appliance.projections.registry import HallProjector
from appliance.store.blobs import BlobStore

MODELS = [model for model in HallProjector(BlobStore.__new__(BlobStore))._models if model.apply is not None]


def looked_for(source):
    """Give the names of the events that a piece of code tests for: ``isinstance(event, A | B)``, ``case A()``."""
    found = set()
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            found |= {name.id for name in ast.walk(node.args[1]) if isinstance(name, ast.Name)}
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name):
            found.add(node.cls.id)
    return found & {kind.__name__ for kind in (*events.EVENTS.values(), events.UnknownEvent)}


def source_of(model: ReadModel):
    apply = getattr(model.apply, "func", model.apply)
    return inspect.getsource(sys.modules[apply.__module__].apply if "<locals>" not in apply.__qualname__ else apply)


@pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])
def test_what_a_read_model_looks_for_is_what_it_is_asked_about(model):
    declared = {kind.__name__ for kind in model.events or ()}
    if model.name == "cases":  # it folds every event of a case, and marks a case with an unknown one
        assert model.events == {*events.CASE_EVENTS, events.UnknownEvent}
        return
    if model.name == "joints":  # it follows its members through every event of theirs
        assert model.events == {*events.CASE_EVENTS, *events.JOINT_EVENTS}
        return
    if model.name == "seals":  # it folds every event of a seal
        assert model.events == set(SEAL_EVENTS)
        return
    if model.events is None:  # asked about everything
        return
    assert looked_for(source_of(model)) == declared


def test_an_event_that_was_forgotten_is_noticed():
    source = """
    def apply(connection, applied):
        if isinstance(applied.event, CaseReceived):
            pass
        elif isinstance(applied.event, CaseAccepted | CaseRefused):
            pass
        match applied.event:
            case CaseGranted(document_no=number) | CaseShipped():
                pass
    """
    assert looked_for(source) == {"CaseReceived", "CaseAccepted", "CaseRefused", "CaseGranted", "CaseShipped"}
