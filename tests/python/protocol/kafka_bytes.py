"""Kafka's protocol in a few lines of Python, written independently of the Rust code.

`kafka_messages.json` lists the fields of every request and response; they come from the schemas in Apache Kafka 4.3.1's
kafka-clients.jar. Everything is bytes in the end, and every byte can be bent on the way.
"""

from __future__ import annotations

import json
import struct
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, Optional

Field = dict[str, Any]

#: Retention takes what is old, also after a restart.
NOW_MS = time.time_ns() // 1_000_000

_MESSAGES: dict[str, Any] = json.loads(Path(__file__).with_name("kafka_messages.json").read_text())
KEYS = {entry["request"]["name"].removesuffix("Request"): int(key) for key, entry in _MESSAGES.items()}
NAMES = {key: name for name, key in KEYS.items()}

PRODUCE, FETCH, LIST_OFFSETS, METADATA = (KEYS[name] for name in ("Produce", "Fetch", "ListOffsets", "Metadata"))
API_VERSIONS, CREATE_TOPICS, INIT_PRODUCER_ID = (KEYS[n] for n in ("ApiVersions", "CreateTopics", "InitProducerId"))

_INTS = {
    "int8": "b",
    "bool": "?",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "float64": "d",
}


def versions(text: str) -> range:
    """'3-13', '9+', '4' or 'none' of a schema."""
    if text == "none":
        return range(0)
    low, _, high = text.partition("-")
    if low.endswith("+"):
        return range(int(low[:-1]), 32_768)
    return range(int(low), int(high or low) + 1)


def schema_range(key: int) -> range:
    """The versions with a schema."""
    return versions(_MESSAGES[str(key)]["request"]["versions"])


def is_flexible(key: int, version: int) -> bool:
    return version in versions(_MESSAGES[str(key)]["request"]["flexible"])


def uvarint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def varint(number: int) -> bytes:
    """Zigzag, as in records."""
    return uvarint((number << 1) ^ (number >> 63))


# --- requests ---------------------------------------------------------------------------------------------------------


class Encoder:
    """Writes one message. `lie` may replace the count of an array, by the array's path."""

    def __init__(self, version: int, flexible: bool, lie: Optional[Callable[[str], Optional[int]]] = None) -> None:
        self._version = version
        self._flexible = flexible
        self._lie = lie or (lambda path: None)
        self.out = bytearray()

    def struct(self, fields: list[Field], values: dict[str, Any], path: str = "") -> None:
        tagged = []
        for field in fields:
            if self._version not in versions(field["versions"]):
                continue
            if self._version in versions(field.get("taggedVersions", "none")):
                if field["name"] in values:
                    tagged.append(field)
                continue
            where = f"{path}.{field['name']}" if path else field["name"]
            self._field(field, values.get(field["name"], self._default(field)), where)
        if self._flexible:
            self._tags(tagged, values, path)

    def _tags(self, fields: list[Field], values: dict[str, Any], path: str) -> None:
        extra: dict[int, bytes] = values.get("_tags", {})
        self.out += uvarint(len(fields) + len(extra))
        for field in fields:
            inner = Encoder(self._version, True, self._lie)
            inner._field(field, values[field["name"]], f"{path}.{field['name']}" if path else field["name"])
            self.out += uvarint(field["tag"]) + uvarint(len(inner.out)) + inner.out
        for tag, raw in extra.items():
            self.out += uvarint(tag) + uvarint(len(raw)) + raw

    def _default(self, field: Field) -> Any:
        default = field.get("default")
        kind = field["type"]
        if default == "null":
            return None
        if kind.startswith("[]"):
            return []
        if kind in _INTS:
            if kind == "bool":
                return default == "true"
            return float(default or 0) if kind == "float64" else int(str(default or "0"), 0)
        return {"string": default or "", "bytes": b"", "records": b"", "uuid": bytes(16)}.get(kind, {})

    def _field(self, field: Field, value: Any, path: str) -> None:
        kind: str = field["type"]
        if kind.startswith("[]"):
            self._array(field, value, path)
        elif kind in _INTS:
            self.out += struct.pack(">" + _INTS[kind], value)
        elif kind == "uuid":
            self.out += value.bytes if isinstance(value, uuid.UUID) else value
        elif kind in ("string", "bytes", "records"):
            raw = value.encode() if isinstance(value, str) else value
            self.length(None if raw is None else len(raw), short=kind == "string", lie=self._lie(path))
            self.out += raw or b""
        else:
            if self._version in versions(field.get("nullableVersions", "none")):
                self.out += b"\xff" if value is None else b"\x01"
            if value is not None:
                self.struct(field["fields"], value, path)

    def _array(self, field: Field, values: Any, path: str) -> None:
        self.length(None if values is None else len(values), short=False, lie=self._lie(path + "[]"))
        element = {**field, "type": field["type"][2:]}
        for value in values or ():
            if element["type"] in _INTS or element["type"] in ("string", "bytes", "uuid"):
                self._field(element, value, path + "[]")
            else:
                self.struct(field["fields"], value, path + "[]")

    def length(self, length: Optional[int], *, short: bool, lie: Optional[int] = None) -> None:
        number = -1 if length is None else length
        if lie is not None:
            number = lie
        if self._flexible:
            self.out += uvarint((number + 1) & 0xFFFF_FFFF)
        elif short:
            self.out += struct.pack(">h", min(number, 0x7FFF))
        else:
            self.out += struct.pack(">I", number & 0xFFFF_FFFF)


def request_fields(key: int) -> list[Field]:
    fields: list[Field] = _MESSAGES[str(key)]["request"]["fields"]
    return fields


def body(key: int, version: int, values: dict[str, Any], lie: Optional[Callable[[str], Optional[int]]] = None) -> bytes:
    """A request's body."""
    encoder = Encoder(version, is_flexible(key, version), lie)
    encoder.struct(request_fields(key), values)
    return bytes(encoder.out)


def header(key: int, version: int, correlation_id: int, client_id: Optional[str] = "test") -> bytes:
    """A request's header; version 2 where the body is flexible, else 1."""
    raw = struct.pack(">hhi", key, version, correlation_id)
    raw += b"\xff\xff" if client_id is None else struct.pack(">h", len(client_id)) + client_id.encode()
    return raw + b"\x00" if is_flexible(key, version) else raw


def frame(raw: bytes) -> bytes:
    """Prepends the length."""
    return struct.pack(">i", len(raw)) + raw


def request(key: int, version: int, correlation_id: int, **values: Any) -> bytes:
    """A whole frame."""
    return frame(header(key, version, correlation_id) + body(key, version, values))


# --- responses --------------------------------------------------------------------------------------------------------


class Decoder:
    """Reads one message; trailing or missing bytes are an error."""

    def __init__(self, raw: bytes, version: int, flexible: bool) -> None:
        self._raw = raw
        self._at = 0
        self._version = version
        self._flexible = flexible

    def take(self, count: int) -> bytes:
        if count < 0 or self._at + count > len(self._raw):
            raise ValueError(f"{count} bytes wanted at {self._at} of {len(self._raw)}")
        self._at += count
        return self._raw[self._at - count : self._at]

    def end(self) -> None:
        if self._at != len(self._raw):
            raise ValueError(f"{len(self._raw) - self._at} bytes are left over")

    def uvarint(self) -> int:
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7

    def struct(self, fields: list[Field]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        tagged: dict[int, Field] = {}
        for field in fields:
            if self._version not in versions(field["versions"]):
                continue
            if self._version in versions(field.get("taggedVersions", "none")):
                tagged[field["tag"]] = field
            else:
                values[field["name"]] = self._field(field)
        if self._flexible:
            for _ in range(self.uvarint()):
                tag, size = self.uvarint(), self.uvarint()
                inner = Decoder(self.take(size), self._version, True)
                if tag in tagged:
                    values[tagged[tag]["name"]] = inner._field(tagged[tag])
                    inner.end()
        return values

    def _field(self, field: Field) -> Any:
        kind: str = field["type"]
        nullable = self._version in versions(field.get("nullableVersions", "none"))
        if kind.startswith("[]"):
            count = self._length(short=False)
            if count < 0:
                return _null(field, nullable)
            element = {**field, "type": kind[2:], "nullableVersions": "none"}
            return [self._field(element) for _ in range(count)]
        if kind in _INTS:
            code = ">" + _INTS[kind]
            return struct.unpack(code, self.take(struct.calcsize(code)))[0]
        if kind == "uuid":
            return self.take(16)
        if kind in ("string", "bytes", "records"):
            length = self._length(short=kind == "string")
            if length < 0:
                return _null(field, nullable)
            raw = self.take(length)
            return raw.decode() if kind == "string" else raw
        if nullable and struct.unpack(">b", self.take(1))[0] < 0:
            return None
        return self.struct(field["fields"])

    def _length(self, *, short: bool) -> int:
        if self._flexible:
            return self.uvarint() - 1
        return int(struct.unpack(">h" if short else ">i", self.take(2 if short else 4))[0])


def _null(field: Field, nullable: bool) -> None:
    # A null where the schema has none breaks the Java client's parser.
    if not nullable:
        raise ValueError(f"{field['name']} is null and may not be")


def response(key: int, version: int, raw: bytes) -> tuple[int, dict[str, Any]]:
    """Correlation id and fields of a response (without its length prefix)."""
    flexible = is_flexible(key, version)
    decoder = Decoder(raw, version, flexible)
    (correlation_id,) = struct.unpack(">i", decoder.take(4))
    # The header of an ApiVersions response is never flexible: the client cannot know yet.
    if flexible and key != API_VERSIONS and decoder.take(1) != b"\0":
        raise ValueError("tagged fields in the response header")
    values = decoder.struct(_MESSAGES[str(key)]["response"]["fields"])
    decoder.end()
    return correlation_id, values


# --- lies -------------------------------------------------------------------------------------------------------------


def sample(fields: list[Field], version: int) -> dict[str, Any]:
    """Returns values with one element in each array, so that every inner field exists."""
    values: dict[str, Any] = {}
    for field in fields:
        if version not in versions(field["versions"]):
            continue
        kind: str = field["type"]
        if kind.startswith("[]"):
            inner = kind[2:]
            if inner in _INTS:
                values[field["name"]] = [0]
            elif inner in ("string", "bytes", "uuid"):
                values[field["name"]] = [{"string": "x", "bytes": b"x", "uuid": bytes(16)}[inner]]
            else:
                values[field["name"]] = [sample(field["fields"], version)]
        elif kind == "string":
            values[field["name"]] = "x"
        elif kind in ("bytes", "records"):
            values[field["name"]] = b"x"
        elif kind not in _INTS and kind != "uuid":
            values[field["name"]] = sample(field["fields"], version)
    return values


def lies(key: int, version: int, claims: tuple[int, ...]) -> Iterator[tuple[str, bytes]]:
    """Yields bodies with one wrong length or count, and its path."""
    values = sample(request_fields(key), version)
    paths: list[str] = []

    def note(path: str) -> None:
        if path not in paths:
            paths.append(path)

    body(key, version, values, lie=note)
    for path in paths:
        for claim in claims:
            yield f"{path}={claim}", body(key, version, values, lie=lambda at, p=path, c=claim: c if at == p else None)


# --- record batches ---------------------------------------------------------------------------------------------------


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC_TABLE = _crc_table()


def crc32c(raw: bytes) -> int:
    crc = 0xFFFF_FFFF
    for byte in raw:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFF_FFFF


def record(offset_delta: int, value: Optional[bytes], key: Optional[bytes] = None, timestamp_delta: int = 0) -> bytes:
    """One record of a batch."""
    raw = b"\0" + varint(timestamp_delta) + varint(offset_delta)
    for part in (key, value):
        raw += varint(-1) if part is None else varint(len(part)) + part
    raw += varint(0)
    return varint(len(raw)) + raw


def batch(
    *values: bytes,
    base_offset: int = 0,
    timestamp: int = NOW_MS,
    magic: int = 2,
    attributes: int = 0,
    count: Optional[int] = None,
    last_offset_delta: Optional[int] = None,
    producer: tuple[int, int, int] = (-1, -1, -1),
    crc: Optional[int] = None,
    length: Optional[int] = None,
    records: Optional[bytes] = None,
) -> bytes:
    """Returns a record batch (v2); given values replace the correct ones."""
    payload = b"".join(record(i, value) for i, value in enumerate(values)) if records is None else records
    last = len(values) - 1 if last_offset_delta is None else last_offset_delta
    number = len(values) if count is None else count
    checked = (
        struct.pack(">hiqqqhiI", attributes, last, timestamp, timestamp, *producer, number & 0xFFFF_FFFF) + payload
    )
    real_crc = crc32c(checked) if crc is None else crc
    after_length = struct.pack(">ibI", -1, magic, real_crc) + checked
    return struct.pack(">qi", base_offset, len(after_length) if length is None else length) + after_length


def batches(raw: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Base offset, last offset and bytes of each whole batch of a fetch's records."""
    at = 0
    while at + 61 <= len(raw):
        base, length = struct.unpack_from(">qi", raw, at)
        if at + 12 + length > len(raw):
            return  # cut off: a fetch may end in the middle of a batch
        (last_delta,) = struct.unpack_from(">i", raw, at + 23)
        yield base, base + last_delta, raw[at : at + 12 + length]
        at += 12 + length
