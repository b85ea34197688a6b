// Callbacks of tansu.hpp: order, lifetime, and that no exception gets out. Needs the library with test hooks.
#include <atomic>

#include "check.h"
#include "tansu.hpp"

static tansu::config memory() { return tansu::config{{"storage.url", "memory://"}}; }

// A log of events that threads share.
class events {
 public:
  events() { recorder_init(&me_); }
  void add(const std::string &what) { recorder_event(&me_, "event", what.c_str()); }
  void wait(const char *part) { recorder_wait(&me_, part); }
  std::string all() {
    pthread_mutex_lock(&me_.lock);
    std::string copy = me_.log;
    pthread_mutex_unlock(&me_.lock);
    return copy;
  }

 private:
  recorder me_;
};

class teller : public tansu::handler {
 public:
  explicit teller(events &to, std::string throws = "") : to_(to), throws_(std::move(throws)) {}
  ~teller() override { to_.add("gone"); }
  void on_started(std::uint16_t port) override { tell(port != 0 ? "started" : "no-port"); }
  void on_stopped() override { tell("stopped"); }
  void on_error(const tansu::error &what) override { tell(std::string("error:") + what.what()); }
  void on_fatal(const tansu::error &what) override { tell(std::string("fatal:") + what.what()); }
  void on_exception(std::exception_ptr what) noexcept override {
    try {
      std::rethrow_exception(what);
    } catch (const std::exception &caught) {
      to_.add(std::string("caught:") + caught.what());
    } catch (int number) {
      to_.add("caught:" + std::to_string(number));
    }
  }

 private:
  void tell(const std::string &what) {
    to_.add(what);
    if (what.rfind(throws_, 0) == 0 && !throws_.empty()) throw std::runtime_error(throws_);
  }

  events &to_;
  const std::string throws_;
};

static void through_all(tansu::broker &broker, events &log) {
  broker.start().wait_ready();
  log.wait("started ");
  CHECK_OK(tansu_test_raise(broker.get(), TANSU_E_IO, false, "one"));
  CHECK_OK(tansu_test_raise(broker.get(), TANSU_E_STORAGE, true, "two"));
  try {
    broker.wait();
    fail(__FILE__, __LINE__, "nothing was thrown");
  } catch (const tansu::error &what) {
    CHECK_INT(what.status(), TANSU_E_STORAGE);
    CHECK(what.fatal());
  }
}

static void a_handler_hears_everything_and_lives_until_release() {
  events log;
  tansu::broker broker(memory(), std::make_shared<teller>(log));
  CHECK_TEXT(log.all().c_str(), "");
  through_all(broker, log);
  CHECK_TEXT(log.all().c_str(), "started error:one fatal:two stopped gone ");
}

static void a_shared_handler_outlives_the_broker() {
  events log;
  auto handler = std::make_shared<teller>(log);
  {
    tansu::broker broker(memory(), handler);
    CHECK_INT(handler.use_count(), 2);
    broker.start().wait_ready();
    broker.stop();
    broker.wait();
    CHECK_INT(handler.use_count(), 1);
  }
  CHECK_TEXT(log.all().c_str(), "started stopped ");
  handler.reset();
  CHECK_TEXT(log.all().c_str(), "started stopped gone ");
}

static void a_broker_that_never_starts_lets_its_handler_go() {
  events log;
  { tansu::broker broker(memory(), std::make_shared<teller>(log)); }
  CHECK_TEXT(log.all().c_str(), "gone ");
}

static void a_broker_that_cannot_be_made_lets_its_handler_go() {
  events log;
  auto handler = std::make_shared<teller>(log);
  tansu::config config = memory();
  tansu::config empty = std::move(config);
  try {
    tansu::broker broker(config, handler);
    fail(__FILE__, __LINE__, "nothing was thrown");
  } catch (const tansu::error &what) {
    CHECK_INT(what.status(), TANSU_E_NULL);
  }
  CHECK_INT(handler.use_count(), 1);
  try {
    tansu::broker broker(empty, std::shared_ptr<tansu::handler>());
    fail(__FILE__, __LINE__, "nothing was thrown");
  } catch (const tansu::error &what) {
    CHECK_INT(what.status(), TANSU_E_NULL);
  }
}

static void no_exception_gets_out_of_a_callback() {
  for (const char *event : {"started", "error", "fatal", "stopped"}) {
    events log;
    tansu::broker broker(memory(), std::make_shared<teller>(log, event));
    through_all(broker, log);
    std::string want;
    for (const char *event_text : {"started", "error:one", "fatal:two", "stopped"}) {
      want += std::string(event_text) + " ";
      if (std::string(event_text).rfind(event, 0) == 0) want += std::string("caught:") + event + " ";
    }
    CHECK_TEXT(log.all().c_str(), (want + "gone ").c_str());
  }
}

static void what_is_thrown_may_be_anything() {
  std::atomic<int> caught{0};
  tansu::callbacks functions;
  functions.started = [](std::uint16_t) { throw 42; };
  functions.exception = [&](std::exception_ptr what) {
    try {
      std::rethrow_exception(what);
    } catch (int number) {
      caught = number;
    }
  };
  tansu::broker broker(memory(), std::move(functions));
  broker.start().wait_ready();
  broker.stop();
  broker.wait();
  CHECK_INT(caught, 42);
}

static void functions_hear_everything() {
  events log;
  tansu::callbacks functions;
  functions.started = [&](std::uint16_t) { log.add("started"); };
  functions.stopped = [&] { log.add("stopped"); };
  functions.failed = [&](const tansu::error &what) { log.add(what.what()); };
  functions.fatal = [&](const tansu::error &what) { log.add(what.what()); };
  tansu::broker broker(memory(), std::move(functions));
  through_all(broker, log);
  CHECK_TEXT(log.all().c_str(), "started one two stopped ");
}

static void functions_may_be_empty() {
  events log;
  tansu::callbacks functions;
  functions.started = [&](std::uint16_t) {
    log.add("started");
    throw std::runtime_error("it is dropped");
  };
  tansu::broker broker(memory(), std::move(functions));
  through_all(broker, log);
  CHECK_TEXT(log.all().c_str(), "started ");
}

static void a_callback_may_stop_and_may_not_wait() {
  std::atomic<int> status{0};
  tansu::broker *self = nullptr;
  tansu::callbacks functions;
  functions.started = [&](std::uint16_t) {
    try {
      self->wait();
    } catch (const tansu::error &what) {
      status = what.status();
    }
    self->stop();
  };
  tansu::broker broker(memory(), std::move(functions));
  self = &broker;
  broker.start();
  broker.wait();
  CHECK_INT(status, TANSU_E_REENTRANT);
}

static void detach_lets_the_handler_go() {
  events log;
  tansu::broker broker(memory(), std::make_shared<teller>(log));
  broker.start().wait_ready();
  log.wait("started ");
  broker.detach();
  CHECK_TEXT(log.all().c_str(), "started gone ");
  broker.stop();
  broker.wait();
  CHECK_TEXT(log.all().c_str(), "started gone ");
}

static void the_log() {
  std::atomic<int> records{0};
  auto alive = std::make_shared<int>(0);
  tansu::log::set(TANSU_LOG_ERROR, [&records, alive](std::int32_t level, std::string_view target, std::string_view) {
    if (level == TANSU_LOG_ERROR && target == "tansu.panic") ++records;
    throw std::runtime_error("it is dropped");
  });
  CHECK_INT(alive.use_count(), 2);
  CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
  CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
  tansu::log::flush();
  CHECK_INT(records, 2);
  tansu::log::off();
  tansu::log::flush();
  CHECK_INT(alive.use_count(), 1);
  CHECK_INT(tansu::log::dropped(), 0);
  try {
    tansu::log::set(99, [alive](std::int32_t, std::string_view, std::string_view) {});
    fail(__FILE__, __LINE__, "nothing was thrown");
  } catch (const tansu::error &what) {
    CHECK_INT(what.status(), TANSU_E_INVALID_ARG);
  }
  CHECK_INT(alive.use_count(), 1);
}

static const check_case cases[] = {
    CASE(a_handler_hears_everything_and_lives_until_release),
    CASE(a_shared_handler_outlives_the_broker),
    CASE(a_broker_that_never_starts_lets_its_handler_go),
    CASE(a_broker_that_cannot_be_made_lets_its_handler_go),
    CASE(no_exception_gets_out_of_a_callback),
    CASE(what_is_thrown_may_be_anything),
    CASE(functions_hear_everything),
    CASE(functions_may_be_empty),
    CASE(a_callback_may_stop_and_may_not_wait),
    CASE(detach_lets_the_handler_go),
    CASE(the_log),
};

MAIN(cases)
