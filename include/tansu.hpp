/*
 * Copyright the tansu-cffi authors. SPDX-License-Identifier: Apache-2.0
 *
 * libtansu for C++17: objects that free themselves, failures as exceptions. Optional and header only; the rules are in
 * tansu.h.
 *
 *     #include "tansu.hpp"
 *
 *     int main() {
 *       tansu::broker broker(tansu::config{{"storage.url", "memory://"}});
 *       broker.start();
 *       broker.wait_ready();
 *       use(broker.bootstrap());  // any Kafka client
 *       broker.stop();
 *       broker.wait();
 *     }
 *
 * Objects can be moved, not copied. A call on what is left of a moved one throws tansu::error with TANSU_E_NULL. A
 * destructor never waits; that of a running broker stops it without grace, so end with stop and wait where the records
 * matter.
 */
#ifndef TANSU_HPP
#define TANSU_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tansu.h"

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace tansu {

using milliseconds = std::chrono::milliseconds;

/** The time-out that never comes, and the grace that the config names. */
inline constexpr milliseconds forever{-1};
inline constexpr milliseconds configured{-1};

/** Numbers of tansu.h; there may come more. */
enum class state : std::int32_t {
  created = TANSU_STATE_NEW,
  starting = TANSU_STATE_STARTING,
  running = TANSU_STATE_RUNNING,
  stopping = TANSU_STATE_STOPPING,
  stopped = TANSU_STATE_STOPPED,
  failed = TANSU_STATE_FAILED,
};

/** A copy of a tansu_error: what a failed call throws, and what a callback is given. */
class error : public std::runtime_error {
 public:
  error(std::int32_t status, const std::string &message) : std::runtime_error(message), status_(status) {}

  /** Copies an error that stays with its owner. */
  explicit error(const tansu_error *from)
      : std::runtime_error(tansu_error_message(from)),
        status_(tansu_error_status(from)),
        kind_(tansu_error_kind(from)),
        os_code_(tansu_error_os_code(from)),
        fatal_(tansu_error_is_fatal(from)),
        retriable_(tansu_error_is_retriable(from)) {}

  /** TANSU_E_... */
  std::int32_t status() const noexcept { return status_; }
  const char *status_name() const noexcept { return tansu_status_name(status_); }
  /** TANSU_KIND_...; 0 for an error of a function that tells its status only. */
  std::int32_t kind() const noexcept { return kind_; }
  /** errno, or 0. */
  std::int32_t os_code() const noexcept { return os_code_; }
  /** Whether the broker goes, or went, down because of it. */
  bool fatal() const noexcept { return fatal_; }
  /** Whether the same call may succeed later. */
  bool retriable() const noexcept { return retriable_; }

 private:
  std::int32_t status_ = 0;
  std::int32_t kind_ = 0;
  std::int32_t os_code_ = 0;
  bool fatal_ = false;
  bool retriable_ = false;
};

namespace detail {

struct deleter {
  void operator()(tansu_config *config) const noexcept { tansu_config_free(config); }
  void operator()(tansu_broker *broker) const noexcept { tansu_broker_free(broker); }
  void operator()(tansu_error *error) const noexcept { tansu_error_free(error); }
  void operator()(tansu_string *string) const noexcept { tansu_string_free(string); }
};

template <typename T>
using owned = std::unique_ptr<T, deleter>;

/** Takes what a function writes through a `T **`, which must be there until the end of the full expression. */
template <typename T>
class receiver {
 public:
  explicit receiver(owned<T> &to) noexcept : to_(to) {}
  ~receiver() { to_.reset(raw_); }
  receiver(const receiver &) = delete;
  receiver &operator=(const receiver &) = delete;
  operator T **() noexcept { return &raw_; }

 private:
  owned<T> &to_;
  T *raw_ = nullptr;
};

template <typename T>
receiver<T> into(owned<T> &to) noexcept {
  return receiver<T>(to);
}

inline void check(std::int32_t status, const owned<tansu_error> &why) {
  if (status == TANSU_OK) return;
  if (why != nullptr) throw error(why.get());
  throw error(status, tansu_status_name(status));
}

/** For functions that have no error object. */
inline void check(std::int32_t status, const char *function) {
  if (status != TANSU_OK) throw error(status, std::string(function) + ": " + tansu_status_name(status));
}

/** Calls `copy(buffer, capacity, &needed)` with a buffer that is large enough. */
template <typename Copy>
std::string copied(const char *function, Copy copy) {
  std::string text(64, '\0');
  for (;;) {
    std::size_t needed = 0;
    const std::int32_t status = copy(text.data(), text.size(), &needed);
    if (status == TANSU_OK) {
      text.resize(needed - 1);
      return text;
    }
    if (status != TANSU_E_BUFFER) check(status, function);
    text.resize(needed);
  }
}

/** Runs what the host gave; no exception gets into the library. */
template <typename Call, typename Caught>
void contained(Call call, Caught caught) {
  try {
    call();
  }
#if defined(__GLIBCXX__)
  // Not an exception: the thread is being ended by pthread_exit or pthread_cancel, and glibc aborts if that is kept.
  catch (const abi::__forced_unwind &) {
    throw;
  }
#endif
  catch (...) {
    caught(std::current_exception());
  }
}

}  // namespace detail

/** Text that the library made. */
class string {
 public:
  string() noexcept = default;
  explicit string(tansu_string *taken) noexcept : raw_(taken) {}

  const char *c_str() const noexcept { return tansu_string_data(raw_.get()); }
  std::size_t size() const noexcept { return tansu_string_len(raw_.get()); }
  std::string_view view() const noexcept { return {c_str(), size()}; }
  std::string str() const { return std::string(view()); }

 private:
  detail::owned<tansu_string> raw_;
};

/** Settings for brokers; may be used for any number of them. */
class config {
 public:
  config() {
    detail::check(tansu_config_new(detail::into(raw_)), "tansu_config_new");
  }

  config(std::initializer_list<std::pair<const char *, std::string>> settings) : config() {
    for (const auto &[key, value] : settings) set(key, value);
  }

  config &set(const std::string &key, const std::string &value) {
    detail::owned<tansu_error> why;
    const std::int32_t status =
        tansu_config_set(raw_.get(), checked(key).c_str(), checked(value).c_str(), detail::into(why));
    detail::check(status, why);
    return *this;
  }

  std::string get(const std::string &key) const {
    return detail::copied("tansu_config_get", [&](char *to, std::size_t capacity, std::size_t *needed) {
      return tansu_config_get(raw_.get(), checked(key).c_str(), to, capacity, needed);
    });
  }

  /** All keys there are. */
  static std::vector<std::string_view> keys() {
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i < tansu_config_key_count(); ++i) all.emplace_back(tansu_config_key_at(i));
    return all;
  }

  /** One line about a setting; empty for an unknown key. */
  static std::string_view doc(const std::string &key) noexcept {
    const char *line = tansu_config_key_doc(key.c_str());
    return line == nullptr ? std::string_view() : std::string_view(line);
  }

  const tansu_config *get() const noexcept { return raw_.get(); }

 private:
  /** A C string would end at the NUL, and the rest would be lost without a word. */
  static const std::string &checked(const std::string &text) {
    if (text.find('\0') != std::string::npos) throw error(TANSU_E_INVALID_ARG, "a NUL in a key or value");
    return text;
  }

  detail::owned<tansu_config> raw_;
};

/**
 * What happens to a broker. The functions are called one at a time on a thread of the broker. An exception out of one
 * goes to on_exception and no further. The object lives until the library lets go of it, which may be on that thread.
 */
class handler {
 public:
  handler() = default;
  handler(const handler &) = delete;
  handler &operator=(const handler &) = delete;
  virtual ~handler() = default;

  virtual void on_started(std::uint16_t port) { static_cast<void>(port); }
  virtual void on_stopped() {}
  virtual void on_error(const error &what) { static_cast<void>(what); }
  virtual void on_fatal(const error &what) { static_cast<void>(what); }
  virtual void on_exception(std::exception_ptr what) noexcept { static_cast<void>(what); }
};

/** The same as functions; each may be empty. */
struct callbacks {
  std::function<void(std::uint16_t)> started;
  std::function<void()> stopped;
  std::function<void(const error &)> failed;
  std::function<void(const error &)> fatal;
  std::function<void(std::exception_ptr)> exception;
};

namespace detail {

class function_handler final : public handler {
 public:
  explicit function_handler(callbacks functions) : functions_(std::move(functions)) {}

  void on_started(std::uint16_t port) override {
    if (functions_.started) functions_.started(port);
  }
  void on_stopped() override {
    if (functions_.stopped) functions_.stopped();
  }
  void on_error(const error &what) override {
    if (functions_.failed) functions_.failed(what);
  }
  void on_fatal(const error &what) override {
    if (functions_.fatal) functions_.fatal(what);
  }
  void on_exception(std::exception_ptr what) noexcept override {
    if (functions_.exception) functions_.exception(what);
  }

 private:
  callbacks functions_;
};

using handler_pointer = std::shared_ptr<handler>;

template <typename Call>
void on_handler(void *user_data, Call call) {
  handler &to = **static_cast<handler_pointer *>(user_data);
  contained([&] { call(to); }, [&](std::exception_ptr what) { to.on_exception(what); });
}

extern "C" {
inline void tansu_hpp_on_started(void *user_data, std::uint16_t port) {
  on_handler(user_data, [port](handler &to) { to.on_started(port); });
}
inline void tansu_hpp_on_stopped(void *user_data) {
  on_handler(user_data, [](handler &to) { to.on_stopped(); });
}
inline void tansu_hpp_on_error(void *user_data, const tansu_error *what) {
  on_handler(user_data, [what](handler &to) { to.on_error(error(what)); });
}
inline void tansu_hpp_on_fatal(void *user_data, const tansu_error *what) {
  on_handler(user_data, [what](handler &to) { to.on_fatal(error(what)); });
}
inline void tansu_hpp_release(void *user_data) { delete static_cast<handler_pointer *>(user_data); }
}

}  // namespace detail

/** A broker in this process; it runs once. */
class broker {
 public:
  explicit broker(const config &settings) { make(settings, nullptr); }

  /** The broker shares the handler; `release` ends its share. */
  broker(const config &settings, std::shared_ptr<handler> to) {
    if (to == nullptr) throw error(TANSU_E_NULL, "the handler is null");
    auto user_data = std::make_unique<detail::handler_pointer>(std::move(to));
    tansu_callbacks functions = TANSU_CALLBACKS_INIT;
    functions.user_data = user_data.get();
    functions.on_started = detail::tansu_hpp_on_started;
    functions.on_stopped = detail::tansu_hpp_on_stopped;
    functions.on_error = detail::tansu_hpp_on_error;
    functions.on_fatal = detail::tansu_hpp_on_fatal;
    functions.release = detail::tansu_hpp_release;
    make(settings, &functions);
    // From here on `release` deletes it.
    static_cast<void>(user_data.release());
  }

  broker(const config &settings, callbacks functions)
      : broker(settings, std::make_shared<detail::function_handler>(std::move(functions))) {}

  /** Returns at once; a second start throws. */
  broker &start() {
    detail::owned<tansu_error> why;
    const std::int32_t status = tansu_broker_start(raw_.get(), detail::into(why));
    detail::check(status, why);
    return *this;
  }

  /** Waits until clients can connect and gives the port; throws what kept the broker from coming up. */
  std::uint16_t wait_ready(milliseconds timeout = forever) {
    detail::owned<tansu_error> why;
    std::uint16_t port = 0;
    const std::int32_t status = tansu_broker_wait_ready(raw_.get(), timeout.count(), &port, detail::into(why));
    detail::check(status, why);
    return port;
  }

  /** Asks for the end and returns at once; from any thread and from a callback. */
  void stop(milliseconds grace = configured) {
    detail::check(tansu_broker_stop(raw_.get(), grace.count()), "tansu_broker_stop");
  }

  /** Waits for the end, the callbacks included; throws the fatal error of a broker that failed. */
  void wait(milliseconds timeout = forever) {
    detail::owned<tansu_error> why;
    const std::int32_t status = tansu_broker_wait(raw_.get(), timeout.count(), detail::into(why));
    detail::check(status, why);
  }

  /** No callback after this; see tansu_broker_detach. */
  void detach(milliseconds timeout = forever) {
    detail::check(tansu_broker_detach(raw_.get(), timeout.count()), "tansu_broker_detach");
  }

  tansu::state state() const {
    const std::int32_t now = tansu_broker_state(raw_.get());
    if (now < 0) detail::check(now, "tansu_broker_state");
    return static_cast<tansu::state>(now);
  }

  /** 0 before the broker is ready. */
  std::uint16_t port() const noexcept { return tansu_broker_port(raw_.get()); }

  /** What goes into a client's `bootstrap.servers`. */
  std::string bootstrap() const {
    return detail::copied("tansu_broker_bootstrap", [&](char *to, std::size_t capacity, std::size_t *needed) {
      return tansu_broker_bootstrap(raw_.get(), to, capacity, needed);
    });
  }

  /** The fatal error, if there was one. */
  std::optional<error> last_error() const {
    detail::owned<tansu_error> what;
    detail::check(tansu_broker_last_error(raw_.get(), detail::into(what)), "tansu_broker_last_error");
    if (what == nullptr) return std::nullopt;
    return error(what.get());
  }

  /** Runs a command: JSON in, JSON out. */
  string command(const std::string &name, const std::string &args_json = "{}") {
    detail::owned<tansu_error> why;
    tansu_string *answer = nullptr;
    const std::int32_t status =
        tansu_broker_command(raw_.get(), name.c_str(), args_json.c_str(), &answer, detail::into(why));
    detail::check(status, why);
    return string(answer);
  }

  /** For functions of tansu.h that have no method here. */
  tansu_broker *get() const noexcept { return raw_.get(); }

 private:
  void make(const config &settings, const tansu_callbacks *functions) {
    detail::owned<tansu_error> why;
    const std::int32_t status =
        tansu_broker_new(settings.get(), functions, detail::into(raw_), detail::into(why));
    detail::check(status, why);
  }

  detail::owned<tansu_broker> raw_;
};

/** The log of all brokers in this process. */
namespace log {

/** Level (TANSU_LOG_...), part of the library, message. */
using sink = std::function<void(std::int32_t, std::string_view, std::string_view)>;

}  // namespace log

namespace detail {

extern "C" {
inline void tansu_hpp_log(void *user_data, std::int32_t level, const char *target, const char *message) {
  // There is no place to report an error of the log itself.
  contained([&] { (*static_cast<log::sink *>(user_data))(level, target, message); }, [](std::exception_ptr) {});
}
inline void tansu_hpp_log_release(void *user_data) { delete static_cast<log::sink *>(user_data); }
}

}  // namespace detail

namespace log {

/** Sends records up to `max_level` to `to`, on a thread of the library, in place of the previous receiver. */
inline void set(std::int32_t max_level, sink to) {
  auto user_data = std::make_unique<sink>(std::move(to));
  detail::owned<tansu_error> why;
  const std::int32_t status = tansu_log_set(max_level, detail::tansu_hpp_log, user_data.get(),
                                            detail::tansu_hpp_log_release, detail::into(why));
  detail::check(status, why);
  static_cast<void>(user_data.release());
}

inline void off() {
  detail::owned<tansu_error> why;
  const std::int32_t status = tansu_log_set(TANSU_LOG_OFF, nullptr, nullptr, nullptr, detail::into(why));
  detail::check(status, why);
}

/** Waits until what was logged before has arrived. */
inline void flush(milliseconds timeout = forever) {
  detail::check(tansu_log_flush(timeout.count()), "tansu_log_flush");
}

inline std::uint64_t dropped() noexcept { return tansu_log_dropped(); }

}  // namespace log

inline std::string_view version() noexcept { return tansu_version(); }

/** `"storage.sqlite"` and the like. */
inline bool has_feature(const std::string &name) noexcept { return tansu_has_feature(name.c_str()); }

}  // namespace tansu

#endif  // TANSU_HPP
