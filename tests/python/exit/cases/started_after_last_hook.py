"""A hook that runs after the package's own: a broker that started there would never be stopped."""

import atexit


@atexit.register
def too_late() -> None:
    from tansu_cffi import BrokerStateError, TansuBroker

    try:
        TansuBroker().start()
    except BrokerStateError as error:
        assert "exiting" in error.message
        print("end")


import tansu_cffi  # noqa: E402, F401  (after the hook, so that its own hook runs first)
