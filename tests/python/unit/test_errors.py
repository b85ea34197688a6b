"""The exception classes: their builtin bases, and pickling."""

from __future__ import annotations

import copy
import pickle

import pytest

import tansu_cffi
from tansu_cffi import BrokerError, BrokerErrorKind
from tansu_cffi._errors import error_of

CLASSES = [value for value in vars(tansu_cffi).values() if isinstance(value, type) and issubclass(value, BrokerError)]
BUILTINS = {
    "BrokerConfigError": ValueError,
    "BrokerArgumentError": ValueError,
    "BrokerBindError": OSError,
    "BrokerTimeoutError": TimeoutError,
    "BrokerStateError": RuntimeError,
}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_each_is_also_the_builtin(cls: type[BrokerError]) -> None:
    assert issubclass(cls, BUILTINS.get(cls.__name__, Exception))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_each_survives_pickling(cls: type[BrokerError], protocol: int) -> None:
    error = cls("port 1 is taken", status=-6, os_code=98, fatal=True, retriable=True)
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is cls
        assert str(again) == again.message == "port 1 is taken"
        assert (again.kind, again.status, again.os_code) == (error.kind, -6, 98)
        assert (again.fatal, again.retriable) == (True, True)
        if isinstance(again, OSError) and cls.__name__ == "BrokerBindError":
            assert (again.errno, again.strerror) == (98, "port 1 is taken")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_each_has_a_kind_and_a_status_of_its_own(cls: type[BrokerError]) -> None:
    error = cls("words")
    assert isinstance(error.kind, BrokerErrorKind)
    assert error.status < 0
    assert (error.os_code, error.fatal, error.retriable) == (0, False, False)
    assert "words" in repr(error)


@pytest.mark.parametrize("kind", BrokerErrorKind, ids=lambda kind: kind.name)
def test_each_kind_has_a_class(kind: BrokerErrorKind) -> None:
    error = error_of(status=-1, kind=kind, message="x")
    assert error.kind is kind
    assert isinstance(error, BrokerError)


def test_an_unknown_kind_counts_as_internal() -> None:
    assert error_of(status=-99, kind=4711, message="x").kind is BrokerErrorKind.INTERNAL
    assert error_of(status=-99, kind=4711, message="x").status == -99


def test_a_kafka_error_is_no_wrong_argument() -> None:
    error = error_of(status=-18, kind=9, message="36 TOPIC_ALREADY_EXISTS")
    assert not isinstance(error, ValueError)


def test_kinds_and_statuses_are_the_library_s() -> None:
    from tansu_cffi._errors import _STATUS_OF_KIND
    from tansu_cffi._loader import lib, text

    for kind in BrokerErrorKind:
        assert getattr(lib, f"TANSU_KIND_{kind.name}") == kind
        name = text(lib.tansu_status_name(_STATUS_OF_KIND[kind]))
        assert name == ("TANSU_E_INVALID_ARG" if kind is BrokerErrorKind.ARGUMENT else f"TANSU_E_{kind.name}")


def test_states_are_the_library_s() -> None:
    from tansu_cffi import BrokerState
    from tansu_cffi._loader import lib

    for state in BrokerState:
        assert getattr(lib, f"TANSU_STATE_{state.name}") == state
        assert str(state) == state.name
