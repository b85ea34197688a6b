"""BrokerConfig: the settings of a broker, checked at construction."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, TypeVar, Union, cast

from tansu_cffi import _core
from tansu_cffi._errors import BrokerArgumentError, BrokerConfigError, BrokerError
from tansu_cffi._fields import ALIASES, KINDS, SettingValue, field_of, key_of, near, renamed, text_of

#: Fields that may be None, which is the library's default.
OPTIONAL = ("advertised_port", "node_id")

E = TypeVar("E", bound=BrokerError)


@dataclass(frozen=True)
class BrokerConfig:
    """The settings of a broker. Immutable, comparable, and usable for any number of brokers.

    A field is the setting of the same name with dots: `listener_port` is `listener.port`. `extra` has all other
    settings by their names: `BrokerConfig(extra={"max.connections": 100})`. Numbers, booleans and paths in it become
    the strings that settings are. The constructor raises BrokerConfigError for an invalid value or an unknown field.
    """

    #: URL of the storage: `memory://`, `sqlite://orders.db`, `postgres://user:password@host/database`, ...
    #: A `Path` is the folder of a `file:///` URL.
    storage_url: str = "memory://"
    #: Address to bind. `localhost` takes 127.0.0.1 and, where it exists, ::1; `::` takes IPv4 as well.
    listener_host: str = "localhost"
    #: Port to bind; 0 takes a free one.
    listener_port: int = 0
    #: Host name that clients connect to.
    advertised_host: str = "localhost"
    #: Port that clients connect to; None is the bound one.
    advertised_port: Optional[int] = None
    cluster_id: str = "tansu"
    #: None is the storage's default: the stored one of a data folder, 1 if new or in memory, 111 on Tansu's storages.
    node_id: Optional[int] = None
    #: Threads that serve connections.
    num_network_threads: int = 1
    #: Milliseconds that a stop waits for requests in work if `stop()` is called without a grace.
    shutdown_grace_ms: int = 5000
    #: All other settings, by their names.
    extra: Mapping[str, SettingValue] = field(default_factory=dict, hash=False)

    def __new__(cls, *_args: Any, **fields: Any) -> BrokerConfig:
        _check_names(fields, cls.__dataclass_fields__)  # the dataclass has only a TypeError without a remedy
        return super().__new__(cls)

    def __post_init__(self) -> None:
        if isinstance(self.storage_url, os.PathLike):
            object.__setattr__(self, "storage_url", _folder_url(self.storage_url))
        for name, kind in KINDS.items():
            _check_type(name, getattr(self, name), kind, optional=name in OPTIONAL)
        # A copy, so that the caller may change the original.
        object.__setattr__(self, "extra", _checked_extra(self.extra))
        check(self)

    @classmethod
    def from_env(cls, prefix: str = "TANSU_", environ: Optional[Mapping[str, str]] = None) -> BrokerConfig:
        """Returns the settings of the environment: `TANSU_STORAGE_URL`, `TANSU_LISTENER_PORT`, `TANSU_MAX_CONNECTIONS`.

        A variable is the setting in capitals, with underscores for dots. Settings without a variable have their
        defaults. A variable that resembles a setting's gives a warning. Raises BrokerConfigError for an invalid value;
        the message names the variable.
        """
        found = of_environment(prefix, os.environ if environ is None else environ)
        for warning in found.warnings:
            warnings.warn(warning, stacklevel=2)
        return cls._from_settings(found.settings, found.variables)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> BrokerConfig:
        """Returns a config from settings by their names, also of those with fields: `{"listener.port": "9092"}`."""
        return cls._from_settings(settings, {key: key for key in settings})

    @classmethod
    def _from_settings(cls, settings: Mapping[str, str], names: Mapping[str, str]) -> BrokerConfig:
        fields: dict[str, Any] = {}
        extra: dict[str, str] = {}
        for key, value in settings.items():
            name = field_of(key)
            if name is None:
                extra[key] = value
            else:
                fields[name] = _from_text(names[key], value, KINDS[name])
        try:
            return cls(**fields, extra=extra)
        except BrokerConfigError as error:
            raise in_names(error, names) from None

    def replace(self, **changes: Any) -> BrokerConfig:
        """Returns a copy with these fields changed. Raises BrokerConfigError as the constructor does."""
        return dataclasses.replace(self, **changes)

    def __repr__(self) -> str:
        # A storage URL may contain a password: the library masks the values.
        shown = _core.shown_settings(settings_of(self))
        parts = [f"{name}={_shown(getattr(self, name), shown[key_of(name)])}" for name in KINDS]
        extra = {key: shown[key] for key in self.extra}
        return f"BrokerConfig({', '.join(parts)}, extra={extra!r})"


@dataclass(frozen=True)
class Environment:
    """Settings from the environment, the variable of each, and warnings about misspelt variables."""

    settings: dict[str, str]
    variables: dict[str, str]
    warnings: list[str]


#: Variables with the same prefix that other modules read.
_OTHERS = ("LIB_DIR", "STORAGES_LIB_DIR", "STORAGES", "CFFI_LIBRARY")


def of_environment(prefix: str, environ: Mapping[str, str]) -> Environment:
    """Reads the settings of the environment without checking their values."""
    variables = {key: prefix + key.replace(".", "_").upper() for key in _core.setting_keys()}
    settings = {key: environ[variable] for key, variable in variables.items() if variable in environ}
    known = {*variables.values(), *(prefix + other for other in _OTHERS)}
    slips = {name: near(name, variables.values(), like=0.8) for name in sorted(environ) if _is_like(name, prefix)}
    said = [
        f"{name}: no setting has this variable, and it is not read. Did you mean {meant}?"
        for name, meant in slips.items()
        if name not in known and meant is not None
    ]
    return Environment(settings, variables, said)


def _is_like(name: str, prefix: str) -> bool:
    return bool(prefix) and name.upper().startswith(prefix.upper())


def settings_of(config: BrokerConfig) -> dict[str, str]:
    """Returns the settings for the C ABI, without fields that are None."""
    return dict(_settings(config))


def _settings(config: BrokerConfig) -> Iterator[tuple[str, str]]:
    for name in KINDS:
        value = getattr(config, name)
        if value is not None:
            yield key_of(name), str(value)
    yield from cast("Mapping[str, str]", config.extra).items()  # strings since __post_init__


def config_of(config: Union[BrokerConfig, str, os.PathLike[str], None], fields: Mapping[str, Any]) -> BrokerConfig:
    """Returns the config of a broker from what it is made of: a config, a URL or a folder, and fields by any name."""
    changes: dict[str, Any] = {}
    if isinstance(config, (str, os.PathLike)):
        changes["storage_url"] = config
    elif config is not None and not isinstance(config, BrokerConfig):
        kind = type(config).__name__
        raise BrokerArgumentError(f"config: {kind} is neither a BrokerConfig nor a storage URL such as 'memory://'")
    for given, value in fields.items():
        name = ALIASES.get(given, given)
        if name in changes:
            raise BrokerArgumentError(f"{given}: {name} is given twice")
        changes[name] = value
    if isinstance(config, BrokerConfig):
        return config.replace(**changes) if changes else config
    return BrokerConfig(**changes)


def _check_names(given: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    for name in given:
        if name not in fields:
            meant = ALIASES.get(name) or near(name, fields)
            hint = f"Did you mean {meant}?" if meant else "Settings without a field go into extra."
            raise BrokerConfigError(f"{name}: no such field. {hint}")


def _folder_url(folder: os.PathLike[str]) -> str:
    return Path(folder).absolute().as_uri()


def check(config: BrokerConfig) -> None:
    """Checks all values with the library, which has the ranges."""
    try:
        _core.check_settings(settings_of(config))
    except BrokerConfigError as error:
        raise in_extra(error) from None


def in_extra(error: BrokerConfigError) -> BrokerConfigError:
    """Returns the error with `extra[...]` in place of a setting without a field."""
    key, colon, rest = error.message.partition(":")
    if colon and field_of(key) is None and key in _core.setting_keys():
        return error.saying(f"extra[{key!r}]:{rest}")
    return error


def in_names(error: E, names: Mapping[str, str]) -> E:
    """Returns the error with other names for settings, such as environment variables or options."""
    both = {either: name for key, name in names.items() for either in (key, field_of(key)) if either is not None}
    message = renamed(error.message, both)
    for key, name in names.items():
        message = message.replace(f"extra[{key!r}]", name)
    return error.saying(message)


def _check_type(name: str, value: Any, kind: type, *, optional: bool) -> None:
    if value is None and optional:
        return
    # A bool is an int in Python.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        wanted = "a string" if kind is str else "a whole number"
        raise BrokerConfigError(f"{name}: {_short(value)} is {_a(type(value).__name__)}; it must be {wanted}")
    if isinstance(value, str):
        _check_text(name, value)


def _checked_extra(extra: Any) -> dict[str, str]:
    if not isinstance(extra, Mapping):
        raise BrokerConfigError(f"extra: {_a(type(extra).__name__)}; it must be a mapping of setting to string")
    texts = {}
    for key, value in extra.items():
        if not isinstance(key, str):
            raise BrokerConfigError(f"extra: the key {_short(key)} is {_a(type(key).__name__)}; it must be a string")
        _check_text("extra", key)
        name = field_of(key)
        if name is not None:
            raise BrokerConfigError(f"extra[{key!r}]: this setting has the field {name}")
        text = os.fspath(value) if isinstance(value, os.PathLike) else text_of(value)
        if not isinstance(text, str):
            kind = _a(type(value).__name__)
            raise BrokerConfigError(f"extra[{key!r}]: the value is {kind}; it must be a string, a number or a bool")
        _check_text(f"extra[{key!r}]", text)
        texts[key] = text
    return texts


def _check_text(where: str, value: str) -> None:
    if "\0" in value:
        raise BrokerConfigError(f"{where}: must not contain NUL characters")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BrokerConfigError(f"{where}: cannot be written as UTF-8 (it has a lone surrogate)") from None


def _from_text(where: str, value: str, kind: type) -> Any:
    if kind is str:
        return value
    try:
        return int(value)
    except ValueError:
        raise BrokerConfigError(f"{where}: {_short(value)} is not a whole number") from None


def _shown(value: Any, shown: str) -> str:
    return repr(shown) if isinstance(value, str) else repr(value)


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiouAEIOU" else f"a {noun}"
