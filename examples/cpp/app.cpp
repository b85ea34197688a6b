// A broker inside this process, and librdkafka++ as the client of it: a thousand records out, a thousand
// back. Takes a port to listen on, if you like. README.md beside this file says how it is built.
#include <librdkafka/rdkafkacpp.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tansu.hpp"

namespace {

const std::string topic = "greetings";
using settings = std::vector<std::pair<std::string, std::string>>;

// What came from the broker, for the end.
struct diary {
  std::vector<std::string> order;

  void print() const {
    std::cout << "callbacks:";
    for (std::size_t i = 0; i < order.size(); ++i) std::cout << (i == 0 ? " " : ", ") << order[i];
    std::cout << "\ncounts:";
    const char *separator = " ";
    for (const char *event : {"started", "error", "fatal", "stopped", "release"}) {
      std::cout << separator << event << " " << std::count(order.begin(), order.end(), event);
      separator = ", ";
    }
    std::cout << std::endl;
  }
};

// The callbacks: one at a time, on a thread of the broker. No other thread uses the diary before the last one, so it
// needs no lock.
class keeper : public tansu::handler {
 public:
  explicit keeper(std::shared_ptr<diary> to) : to_(std::move(to)) {}
  // The library has let go of it.
  ~keeper() override { to_->order.push_back("release"); }
  void on_started(std::uint16_t) override { to_->order.push_back("started"); }
  void on_stopped() override { to_->order.push_back("stopped"); }
  // The broker goes on after these.
  void on_error(const tansu::error &what) override {
    std::cerr << what.what() << std::endl;
    to_->order.push_back("error");
  }
  // The broker stops because of it; wait throws the same error.
  void on_fatal(const tansu::error &) override { to_->order.push_back("fatal"); }

 private:
  std::shared_ptr<diary> to_;
};

std::unique_ptr<RdKafka::Conf> configured(const settings &wanted) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string why;
  for (const auto &[key, value] : wanted) {
    if (conf->set(key, value, why) != RdKafka::Conf::CONF_OK) throw std::runtime_error(why);
  }
  return conf;
}

void produce(const std::string &bootstrap, const std::vector<std::string> &records) {
  std::string why;
  const auto conf = configured({{"bootstrap.servers", bootstrap}});
  std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), why));
  if (producer == nullptr) throw std::runtime_error(why);
  for (const std::string &record : records) {
    const RdKafka::ErrorCode error =
        producer->produce(topic, RdKafka::Topic::PARTITION_UA, RdKafka::Producer::RK_MSG_COPY,
                          const_cast<char *>(record.data()), record.size(), nullptr, 0, 0, nullptr);
    if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
  }
  producer->flush(30000);
  if (producer->outq_len() != 0) throw std::runtime_error("the broker has not taken all records");
}

std::vector<std::string> consume(const std::string &bootstrap, std::size_t count) {
  std::string why;
  const auto conf = configured({{"bootstrap.servers", bootstrap},
                                {"group.id", "readers"},
                                {"auto.offset.reset", "earliest"},
                                {"enable.auto.commit", "false"}});
  std::unique_ptr<RdKafka::KafkaConsumer> consumer(RdKafka::KafkaConsumer::create(conf.get(), why));
  if (consumer == nullptr) throw std::runtime_error(why);
  consumer->subscribe({topic});
  std::vector<std::string> seen;
  for (int silent = 0; seen.size() < count && silent < 30;) {
    std::unique_ptr<RdKafka::Message> message(consumer->consume(1000));
    if (message->err() == RdKafka::ERR_NO_ERROR) {
      seen.emplace_back(static_cast<const char *>(message->payload()), message->len());
    } else {
      ++silent;
    }
  }
  consumer->close();
  return seen;
}

// Whether what comes back is what was produced.
bool exchange(const std::string &bootstrap) {
  std::vector<std::string> records;
  for (int i = 0; i < 1000; ++i) records.push_back("hello " + std::to_string(i));
  produce(bootstrap, records);
  const std::vector<std::string> seen = consume(bootstrap, records.size());
  std::cout << "produced " << records.size() << ", consumed " << seen.size() << ", "
            << (seen == records ? "all equal" : "NOT all equal") << std::endl;
  return seen == records;
}

}  // namespace

int main(int argc, char **argv) {
  const auto events = std::make_shared<diary>();
  bool good = false;
  try {
    tansu::broker broker(tansu::config{{"storage.url", "memory://"}, {"listener.port", argc > 1 ? argv[1] : "0"}},
                         std::make_shared<keeper>(events));
    broker.start();
    try {
      broker.wait_ready(std::chrono::seconds(10));
      std::cout << "clients connect to " << broker.bootstrap() << std::endl;
      good = exchange(broker.bootstrap());
    } catch (const std::exception &what) {
      std::cerr << what.what() << std::endl;
    }
    broker.stop();
    broker.wait(std::chrono::seconds(30));
  } catch (const std::exception &what) {
    // A failed start was reported above; the destructor throws the same error.
    if (events->order.empty()) std::cerr << what.what() << std::endl;
    good = false;
  }
  events->print();
  return good ? 0 : 1;
}
