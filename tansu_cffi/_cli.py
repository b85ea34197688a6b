"""The commands `topics`, `produce`, `consume` and `groups`: a client of any Kafka, by click and kafka-python.

`__main__` imports this module only for these commands.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Callable, Optional, Union

import click
import kafka
import kafka.admin
import kafka.errors

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130
#: Records of `produce` that are not acknowledged yet.
IN_FLIGHT = 10_000
#: Milliseconds after which `consume` looks at its positions.
POLL_MS = 200
CONTEXT = {"help_option_names": ["-h", "--help"]}

F = Callable[..., Any]


class Failed(click.ClickException):
    """A command that failed. The message goes to stderr, the exit status is 1."""

    exit_code = EXIT_FAILED

    def show(self, file: Any = None) -> None:
        print(f"tansu-cffi: {self.message}", file=sys.stderr)


class _ClosedPipe(Exception):
    """A BrokenPipeError, in a form that click does not turn into the exit status 1."""


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _ClosedPipe from None


def main(program: str, args: Sequence[str]) -> int:
    """Runs one command and returns the exit status. BrokenPipeError is left to the caller."""
    # The command reports errors itself.
    logging.getLogger("kafka").addHandler(logging.NullHandler())
    logging.getLogger("kafka").propagate = False
    try:
        group.main(args=list(args), prog_name=program, standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except _ClosedPipe:
        raise BrokenPipeError from None
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return EXIT_OK


# --- options ----------------------------------------------------------------------------------------------------------


def _bootstrap(command: F) -> F:
    option = click.option(
        "-b",
        "--bootstrap",
        envvar="KAFKA_BOOTSTRAP_SERVERS",
        default="localhost:9092",
        show_default=True,
        metavar="HOST:PORT",
        help="Address of a Kafka broker; also KAFKA_BOOTSTRAP_SERVERS.",
    )
    return option(command)


def _as_json(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(command)


@contextmanager
def _connected(make: F, bootstrap: str, **options: Any) -> Iterator[Any]:
    """Gives a client of kafka-python, and closes it. Its errors become Failed."""
    client = None
    try:
        client = make(bootstrap_servers=bootstrap, bootstrap_timeout_ms=10_000, **options)
        yield client
    except (kafka.errors.KafkaConnectionError, kafka.errors.KafkaTimeoutError):
        raise Failed(f"no Kafka broker answers at {bootstrap}. -b HOST:PORT names another one") from None
    except kafka.errors.KafkaError as error:
        raise Failed(_text(error)) from None
    except ValueError as error:  # an address without a port, for example
        raise Failed(f"{bootstrap}: {error}") from None
    finally:
        if client is not None:
            client.close()


def _text(error: Any) -> str:
    """Returns Kafka's name of an error and its description, without the request."""
    name = getattr(error, "message", None) or type(error).__name__
    return f"{name}: {getattr(error, 'description', '') or error}"


def _check(code: int, message: Optional[str], what: str) -> None:
    if code:
        found = kafka.errors.for_code(code)
        raise Failed(f"{what}: {message or found.description} ({found.message})")


def _pairs(texts: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--config")
        pairs[key] = value
    return pairs


def _print_rows(head: Sequence[str], rows: Iterable[Sequence[Any]], as_json: bool) -> None:
    """Prints aligned columns with a head on a terminal, fields between tabs in a pipe, or JSON."""
    texts = [["-" if cell is None else str(cell) for cell in row] for row in rows] if not as_json else []
    if as_json:
        for row in rows:
            print(json.dumps(dict(zip(head, row))))
    elif sys.stdout.isatty():
        table = [[name.upper() for name in head], *texts]
        widths = [max(len(row[column]) for row in table) for column in range(len(head))]
        for row in table:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    else:
        for row in texts:
            print("\t".join(row))


@click.group(cls=_Commands, context_settings=CONTEXT)
def group() -> None:
    """A client of any Kafka broker."""


# --- topics -----------------------------------------------------------------------------------------------------------


@group.group(context_settings=CONTEXT)
def topics() -> None:
    """List, create, describe and delete topics."""


@topics.command("list")
@_bootstrap
@_as_json
def topics_list(bootstrap: str, as_json: bool) -> None:
    """List topics with their numbers of partitions."""
    with _connected(kafka.KafkaAdminClient, bootstrap) as admin:
        found = admin.describe_topics() if admin.list_topics() else []
        rows = sorted((topic["name"], len(topic["partitions"])) for topic in found)
        _print_rows(("topic", "partitions"), rows, as_json)


@topics.command("create")
@click.argument("name")
@click.option("-p", "--partitions", type=click.IntRange(1), default=None, help="Default: the broker's num.partitions.")
@click.option("--config", "configs", multiple=True, metavar="KEY=VALUE", help="A config of the topic; may be repeated.")
@_bootstrap
def topics_create(name: str, partitions: Optional[int], configs: Sequence[str], bootstrap: str) -> None:
    """Create a topic."""
    new = kafka.admin.NewTopic(name, partitions or -1, -1, topic_configs=_pairs(configs))
    with _connected(kafka.KafkaAdminClient, bootstrap) as admin:
        for answer in admin.create_topics([new], raise_errors=False)["topics"]:
            _check(answer["error_code"], answer["error_message"], name)


@topics.command("delete")
@click.argument("names", nargs=-1, required=True)
@_bootstrap
def topics_delete(names: Sequence[str], bootstrap: str) -> None:
    """Delete topics."""
    with _connected(kafka.KafkaAdminClient, bootstrap) as admin:
        for answer in admin.delete_topics(list(names), raise_errors=False)["topics"]:
            _check(answer["error_code"], answer["error_message"], answer["name"])


@topics.command("describe")
@click.argument("name")
@_bootstrap
@_as_json
def topics_describe(name: str, bootstrap: str, as_json: bool) -> None:
    """Show the partitions of a topic: the first offset, the next one, and the leader."""
    with _connected(kafka.KafkaConsumer, bootstrap) as consumer:
        places = _places(consumer, name)
        starts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        rows = [(place.partition, starts[place], ends[place], ends[place] - starts[place]) for place in places]
        _print_rows(("partition", "start", "end", "offsets"), rows, as_json)


def _places(consumer: Any, name: str, partition: Optional[int] = None) -> list[Any]:
    """Returns the partitions of a topic in order, or the one that is asked for."""
    numbers = sorted(consumer.partitions_for_topic(name) or ()) if name in consumer.topics() else []
    if not numbers:
        raise Failed(f"{name}: there is no such topic")
    if partition is not None and partition not in numbers:
        raise Failed(f"{name}: there is no partition {partition}; it has {len(numbers)}, counted from 0")
    return [kafka.TopicPartition(name, number) for number in numbers if partition in (None, number)]


# --- groups -----------------------------------------------------------------------------------------------------------


@group.group(context_settings=CONTEXT)
def groups() -> None:
    """List and describe groups."""


@groups.command("list")
@_bootstrap
@_as_json
def groups_list(bootstrap: str, as_json: bool) -> None:
    """List groups with their states."""
    with _connected(kafka.KafkaAdminClient, bootstrap) as admin:
        names = ("group_id", "group_state", "protocol_type")
        rows = sorted(tuple(found[name] for name in names) for found in admin.list_groups())
        _print_rows(("group", "state", "type"), rows, as_json)


@groups.command("describe")
@click.argument("name")
@_bootstrap
@_as_json
def groups_describe(name: str, bootstrap: str, as_json: bool) -> None:
    """Show the committed offsets of a group, with the end of each partition and the lag in records."""
    with _connected(kafka.KafkaAdminClient, bootstrap) as admin:
        if name not in {found["group_id"] for found in admin.list_groups()}:
            raise Failed(f"{name}: there is no such group")
        committed = admin.list_group_offsets(name)[name]
        ends = admin.list_partition_offsets(dict.fromkeys(committed, -1)) if committed else {}
        rows = [
            (place.topic, place.partition, found.offset, ends[place].offset, ends[place].offset - found.offset)
            for place, found in sorted(committed.items())
        ]
        _print_rows(("topic", "partition", "committed", "end", "lag"), rows, as_json)


# --- records ----------------------------------------------------------------------------------------------------------


@group.command(context_settings=CONTEXT)
@click.argument("topic")
@click.option("-K", "separator", metavar="TEXT", help="Text between key and value; without it a record has no key.")
@click.option("-p", "--partition", type=click.IntRange(0), help="Default: chosen by the key.")
@_bootstrap
def produce(topic: str, separator: Optional[str], partition: Optional[int], bootstrap: str) -> None:
    """Produce each line of stdin as a record. Ends when all are acknowledged."""
    if separator == "":
        raise click.BadParameter("it must not be empty", param_hint="-K")
    with _connected(kafka.KafkaConsumer, bootstrap) as consumer:
        _places(consumer, topic, partition)  # a misspelt topic is not created
    with _connected(kafka.KafkaProducer, bootstrap, acks="all", linger_ms=5) as producer:
        sent: deque[Any] = deque()
        for line in sys.stdin.buffer:
            sent.append(producer.send(topic, partition=partition, **_record(line, separator)))
            if len(sent) > IN_FLIGHT:
                sent.popleft().get()
        producer.flush()
        for future in sent:
            future.get()


def _record(line: bytes, separator: Optional[str]) -> dict[str, bytes]:
    line = line[:-1] if line.endswith(b"\n") else line
    if separator is None:
        return {"value": line}
    key, found, value = line.partition(separator.encode())
    return {"key": key, "value": value} if found else {"value": line}


def _offset(context: Any, option: Any, text: str) -> Union[str, int]:
    if text in ("beginning", "end"):
        return text
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither beginning nor end nor a number") from None


@group.command(context_settings=CONTEXT)
@click.argument("topic")
@click.option(
    "-o",
    "--offset",
    default="beginning",
    show_default=True,
    metavar="OFFSET",
    callback=_offset,
    help="Where to begin: beginning, end, an offset, or -N for the last N offsets of each partition.",
)
@click.option("-p", "--partition", type=click.IntRange(0), help="Only this partition.")
@click.option("-c", "--count", type=click.IntRange(1), help="End after this number of records.")
@click.option("-e", "exits", is_flag=True, help="End where the partitions ended when the command began.")
@click.option(
    "-f",
    "format_",
    default="%s\\n",
    show_default=True,
    metavar="FORMAT",
    help="%s value, %k key, %o offset, %p partition, %t topic, %T timestamp in ms, %S and %K bytes of value and key; "
    "\\n, \\t, %%.",
)
@click.option("--group", "group_id", metavar="NAME", help="Join this group, and commit what was printed.")
@_bootstrap
@_as_json
def consume(
    topic: str,
    offset: Union[str, int],
    partition: Optional[int],
    count: Optional[int],
    exits: bool,
    format_: str,
    group_id: Optional[str],
    bootstrap: str,
    as_json: bool,
) -> None:
    """Print the records of a topic, and wait for further ones."""
    if group_id is not None and (partition is not None or isinstance(offset, int)):
        raise click.UsageError("with --group the group has the partitions and the offsets: leave out -p and -o NUMBER")
    show = _json_line if as_json else _formatter(format_)
    reset = "latest" if offset == "end" else "earliest"
    options = {"group_id": group_id, "auto_offset_reset": reset, "enable_auto_commit": False}
    with _connected(kafka.KafkaConsumer, bootstrap, **options) as consumer:
        places = _places(consumer, topic, partition)
        ends = consumer.end_offsets(places) if exits else None
        if group_id is None:
            consumer.assign(places)
            _seek(consumer, places, offset)
        else:
            consumer.subscribe([topic])
        printed: dict[Any, Any] = {}
        try:
            for record in _records(consumer, ends):
                sys.stdout.buffer.write(show(record))
                place = kafka.TopicPartition(record.topic, record.partition)
                printed[place] = kafka.OffsetAndMetadata(record.offset + 1, "", -1)
                count = None if count is None else count - 1
                if count == 0:
                    break
        finally:
            sys.stdout.buffer.flush()
            if group_id is not None and printed:
                consumer.commit(printed)


def _seek(consumer: Any, places: Sequence[Any], offset: Union[str, int]) -> None:
    if offset == "beginning":
        consumer.seek_to_beginning(*places)
    elif offset == "end":
        consumer.seek_to_end(*places)
    elif isinstance(offset, int):
        starts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, offset if offset >= 0 else max(starts[place], ends[place] + offset))


def _records(consumer: Any, ends: Optional[dict[Any, int]]) -> Iterator[Any]:
    """Gives records as they come. With `ends` it returns when each assigned partition has got there."""
    while True:
        for batch in consumer.poll(timeout_ms=POLL_MS).values():
            for record in batch:
                if ends is None or record.offset < ends[kafka.TopicPartition(record.topic, record.partition)]:
                    yield record
        # What is printed must be seen before the next record comes.
        sys.stdout.buffer.flush()
        assigned = consumer.assignment()
        if ends is not None and assigned and all(consumer.position(place) >= ends[place] for place in assigned):
            return


def _formatter(text: str) -> Callable[[Any], bytes]:
    """Returns a function that prints a record in kcat's format."""
    fields: dict[str, Callable[[Any], Any]] = {
        "%s": lambda record: record.value or b"",
        "%k": lambda record: record.key or b"",
        "%o": lambda record: record.offset,
        "%p": lambda record: record.partition,
        "%t": lambda record: record.topic,
        "%T": lambda record: record.timestamp,
        "%S": lambda record: -1 if record.value is None else len(record.value),
        "%K": lambda record: -1 if record.key is None else len(record.key),
        "%%": lambda record: b"%",
        "\\n": lambda record: b"\n",
        "\\t": lambda record: b"\t",
    }
    parts = re.split(r"(%.|%$|\\[nt])", text)
    for part in parts[1::2]:
        if part not in fields:
            raise click.BadParameter(f"{part!r} is not a field; the help lists them", param_hint="-f")

    def show(record: Any) -> bytes:
        shown = (fields[part](record) if number % 2 else part for number, part in enumerate(parts))
        return b"".join(one if isinstance(one, bytes) else str(one).encode() for one in shown)

    return show


def _json_line(record: Any) -> bytes:
    """Returns a record as a line of JSON. Bytes that are not UTF-8 are written as \\xNN."""
    names = ("topic", "partition", "offset", "timestamp")
    shown = {name: getattr(record, name) for name in names}
    shown.update(key=_readable(record.key), value=_readable(record.value))
    shown["headers"] = [[name, _readable(value)] for name, value in record.headers]
    return json.dumps(shown).encode() + b"\n"


def _readable(given: Optional[bytes]) -> Optional[str]:
    return None if given is None else given.decode("utf-8", "backslashreplace")
