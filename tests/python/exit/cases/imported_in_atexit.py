"""The package is imported for the first time when the interpreter is exiting: no hook of it will be called.

Where it can tell (the interpreter had shut `threading` down), it refuses to start. Where it cannot, the broker is
never stopped, and the process ends nevertheless.
"""

import atexit


@atexit.register
def first_import() -> None:
    global broker
    from tansu_cffi import BrokerStateError, TansuBroker

    broker = TansuBroker()
    try:
        broker.start()
    except BrokerStateError as error:
        assert "exiting" in error.message
    print("end")
