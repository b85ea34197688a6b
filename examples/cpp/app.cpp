// A broker inside this process, and librdkafka++ as the client of it: ten records out, ten records back.
// README.md beside this file says how it is built.
#include <librdkafka/rdkafkacpp.h>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tansu.hpp"

namespace {

const std::string topic = "greetings";
using settings = std::vector<std::pair<std::string, std::string>>;

// What the broker tells; called on a thread of the broker.
class narrator : public tansu::handler {
 public:
  ~narrator() override { std::cout << "broker: released" << std::endl; }
  void on_started(std::uint16_t) override { std::cout << "broker: started" << std::endl; }
  void on_stopped() override { std::cout << "broker: stopped" << std::endl; }
  void on_error(const tansu::error &what) override { std::cerr << "broker: " << what.what() << std::endl; }
  void on_fatal(const tansu::error &what) override { std::cerr << "broker goes down: " << what.what() << std::endl; }
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
  std::cout << "produced " << records.size() << " records" << std::endl;
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

}  // namespace

int main() {
  try {
    std::vector<std::string> records;
    for (int i = 0; i < 10; ++i) records.push_back("hello " + std::to_string(i));

    tansu::broker broker(tansu::config{{"storage.url", "memory://"}}, std::make_shared<narrator>());
    broker.start().wait_ready(std::chrono::seconds(10));
    std::cout << "clients connect to " << broker.bootstrap() << std::endl;

    produce(broker.bootstrap(), records);
    const std::vector<std::string> seen = consume(broker.bootstrap(), records.size());
    if (seen != records) throw std::runtime_error("what came back is not what was produced");
    std::cout << "consumed " << seen.size() << " records, all as produced" << std::endl;

    broker.stop();
    broker.wait(std::chrono::seconds(30));
  } catch (const tansu::error &what) {
    std::cerr << what.status_name() << ": " << what.what() << std::endl;
    return 1;
  } catch (const std::exception &what) {
    std::cerr << what.what() << std::endl;
    return 1;
  }
  return 0;
}
