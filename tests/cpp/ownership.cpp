// What tansu.hpp owns and gives back: configs, brokers, errors, strings.
#include <cstring>
#include <type_traits>

#include "check.h"
#include "tansu.hpp"

// What a call throws; it must be a tansu::error.
template <typename Call>
tansu::error thrown(Call call) {
  try {
    call();
  } catch (const tansu::error &what) {
    return what;
  }
  fail(__FILE__, __LINE__, "nothing was thrown");
  return tansu::error(0, "");
}

static tansu::config memory() { return tansu::config{{"storage.url", "memory://"}}; }

static_assert(!std::is_copy_constructible_v<tansu::config> && std::is_nothrow_move_constructible_v<tansu::config>);
static_assert(!std::is_copy_constructible_v<tansu::broker> && std::is_nothrow_move_constructible_v<tansu::broker>);
static_assert(!std::is_copy_constructible_v<tansu::string> && std::is_nothrow_move_constructible_v<tansu::string>);
static_assert(std::is_nothrow_move_assignable_v<tansu::broker> && std::is_copy_constructible_v<tansu::error>);
static_assert(std::is_base_of_v<std::runtime_error, tansu::error>);

static void configs() {
  tansu::config config{{"listener.port", "9092"}, {"cluster.id", std::string(200, 'x')}};
  CHECK_TEXT(config.get("listener.port").c_str(), "9092");
  CHECK(config.get("cluster.id") == std::string(200, 'x'));
  config.set("listener.port", "0").set("cluster.id", "short");
  CHECK_TEXT(config.get("cluster.id").c_str(), "short");
  CHECK(tansu::config::keys().size() == tansu_config_key_count());
  CHECK(!tansu::config::doc("listener.port").empty());
  CHECK(tansu::config::doc("no.such.key").empty());
}

static void what_a_failed_call_throws() {
  tansu::config config;
  const tansu::error what = thrown([&] { config.set("listener.port", "70000"); });
  CHECK_INT(what.status(), TANSU_E_CONFIG);
  CHECK_INT(what.kind(), TANSU_KIND_CONFIG);
  CHECK_TEXT(what.status_name(), "TANSU_E_CONFIG");
  CHECK_HAS(what.what(), "listener.port");
  CHECK(!what.fatal() && !what.retriable() && what.os_code() == 0);
  CHECK_INT(thrown([&] { config.set("no.such.key", ""); }).status(), TANSU_E_UNKNOWN_KEY);
  CHECK_INT(thrown([&] { config.set("cluster.id", "\xff"); }).status(), TANSU_E_UTF8);
  CHECK_INT(thrown([&] { config.set("cluster.id", std::string("a\0b", 3)); }).status(), TANSU_E_INVALID_ARG);
  CHECK_INT(thrown([&] { config.get("no.such.key"); }).status(), TANSU_E_UNKNOWN_KEY);
  CHECK_INT(thrown([] { tansu::config{{"no.such.key", "1"}}; }).status(), TANSU_E_UNKNOWN_KEY);
}

static void moves() {
  tansu::config first = memory();
  tansu::config second = std::move(first);
  CHECK_TEXT(second.get("storage.url").c_str(), "memory://");
  CHECK_INT(thrown([&] { first.set("cluster.id", "x"); }).status(), TANSU_E_NULL);
  first = memory();
  CHECK_TEXT(first.get("cluster.id").c_str(), "tansu");

  tansu::broker one(first);
  tansu::broker other = std::move(one);
  CHECK_INT(thrown([&] { one.start(); }).status(), TANSU_E_NULL);
  CHECK_INT(thrown([&] { one.state(); }).status(), TANSU_E_NULL);
  CHECK_INT(one.port(), 0);
  CHECK(other.state() == tansu::state::created);
  other = tansu::broker(second);
  CHECK(other.start().wait_ready() == other.port());
  other.stop();
  other.wait();
}

static void a_life() {
  tansu::broker broker(memory());
  CHECK_INT(thrown([&] { broker.bootstrap(); }).status(), TANSU_E_STATE);
  CHECK_INT(thrown([&] { broker.wait(); }).status(), TANSU_E_STATE);
  broker.start();
  const std::uint16_t port = broker.wait_ready(std::chrono::seconds(60));
  CHECK(port != 0);
  CHECK(broker.state() == tansu::state::running);
  CHECK(broker.bootstrap() == "localhost:" + std::to_string(port));
  CHECK(!broker.last_error());
  CHECK_INT(thrown([&] { broker.start(); }).status(), TANSU_E_STATE);
  const tansu::error late = thrown([&] { broker.wait(tansu::milliseconds(1)); });
  CHECK_INT(late.status(), TANSU_E_TIMEOUT);
  CHECK(late.retriable());
  CHECK_INT(thrown([&] { broker.stop(tansu::milliseconds(-2)); }).status(), TANSU_E_INVALID_ARG);
  broker.stop();
  broker.wait();
  CHECK(broker.state() == tansu::state::stopped);
}

static void a_used_port() {
  tansu::broker first(memory());
  const std::uint16_t port = first.start().wait_ready();
  tansu::broker second(memory().set("listener.port", std::to_string(port)));
  second.start();
  const tansu::error what = thrown([&] { second.wait_ready(); });
  CHECK_INT(what.status(), TANSU_E_BIND);
  CHECK_INT(what.os_code(), EADDRINUSE);
  CHECK(what.fatal());
  CHECK_INT(thrown([&] { second.wait(); }).status(), TANSU_E_BIND);
  CHECK(second.state() == tansu::state::failed);
  CHECK_TEXT(second.last_error()->what(), what.what());
  first.stop();
  first.wait();
}

static void commands() {
  tansu::broker broker(memory());
  broker.start().wait_ready();
  const tansu::string created = broker.command("topics.create", R"({"name": "orders", "partitions": 2})");
  CHECK_HAS(created.c_str(), "orders");
  CHECK(created.view() == created.str() && created.size() == std::strlen(created.c_str()));
  tansu::string moved = broker.command("topics.list");
  const tansu::string list = std::move(moved);
  CHECK_HAS(list.c_str(), "orders");
  CHECK_INT(tansu::string().size(), 0);
  CHECK_INT(thrown([&] { broker.command("no.such.command"); }).status(), TANSU_E_UNKNOWN_COMMAND);
  CHECK_INT(thrown([&] { broker.command("info", "["); }).status(), TANSU_E_INVALID_ARG);
  broker.stop();
  broker.wait();
}

static void versions() {
  CHECK(tansu::version() == tansu_version());
  CHECK(tansu::has_feature("storage.memory"));
  CHECK(!tansu::has_feature("storage.mongodb"));
}

static const check_case cases[] = {
    CASE(configs),
    CASE(what_a_failed_call_throws),
    CASE(moves),
    CASE(a_life),
    CASE(a_used_port),
    CASE(commands),
    CASE(versions),
};

MAIN(cases)
