"""The pytest plugin of tansu-cffi: fixtures with brokers, and a report of the broker for tests that fail.

pytest imports this package in each run in whose environment tansu-cffi is installed. It imports neither `tansu_cffi`
nor anything else that takes time; the first fixture does.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Callable

import pytest

from pytest_tansu import _options

if TYPE_CHECKING:
    from pytest_tansu._brokers import Brokers

__all__ = ["broker_fixture"]

_BROKERS = pytest.StashKey["Brokers"]()


def broker_fixture(scope: Any = "function", **changes: Any) -> Callable[..., Any]:
    """Returns a fixture, as `tansu_broker` is one: a running TansuBroker, stopped at the end of the scope.

        orders_broker = broker_fixture(scope="module", extra={"num.partitions": "4"})

    scope: pytest's scope of the fixture: "session", "package", "module", "class" or "function".
    changes: fields of `BrokerConfig` that differ from the settings of the run.
    """

    @pytest.fixture(scope=scope)
    def broker(request: pytest.FixtureRequest) -> Iterator[Any]:
        with _brokers_of(request.config).running(request, **changes) as running:
            yield running

    return broker


@pytest.fixture(scope="session")
def tansu_broker(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A running TansuBroker that all tests of the process share."""
    brokers = _brokers_of(request.config)
    with brokers.running(request) as running, brokers.in_environment(running):
        yield running


#: A running TansuBroker of this test alone.
tansu_broker_function = broker_fixture()


@pytest.fixture(scope="session")
def tansu_bootstrap_servers(tansu_broker: Any) -> str:
    """The address of `tansu_broker` for Kafka clients, such as `localhost:43127`."""
    servers: str = tansu_broker.bootstrap_servers
    return servers


@pytest.fixture
def tansu_topic(tansu_broker: Any, request: pytest.FixtureRequest) -> str:
    """The name of a new topic on `tansu_broker`, which no other test has."""
    from pytest_tansu._brokers import topic_name

    name: str = tansu_broker.create_topic(topic_name(request.node.name)).name
    return name


@pytest.fixture
def tansu_broker_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """A function that starts brokers, which are stopped after the test: `tansu_broker_factory(node_id=2)`.

    Its arguments are fields of `BrokerConfig` that differ from the settings of the run, and `event_handler`. It returns
    a running TansuBroker, or raises the BrokerError of one that does not start.
    """
    with _brokers_of(request.config).factory(request) as make:
        yield make


# --- hooks ------------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    _options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    _options.read(config)  # a mistake ends the run before the first test


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    brokers = item.config.stash.get(_BROKERS, None)
    if brokers is not None:
        brokers.begin_test()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    brokers = item.config.stash.get(_BROKERS, None)
    if brokers is not None and report.failed:
        brokers.add_to_report(report, item)
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    brokers = config.stash.get(_BROKERS, None)
    if brokers is not None:
        brokers.close()


def _brokers_of(config: pytest.Config) -> Brokers:
    """Returns the brokers of the run; the first call imports tansu_cffi."""
    if _BROKERS not in config.stash:
        from pytest_tansu._brokers import Brokers

        config.stash[_BROKERS] = Brokers(_options.read(config))
    return config.stash[_BROKERS]
