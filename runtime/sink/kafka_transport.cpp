// SPDX-License-Identifier: Apache-2.0
// Kafka through librdkafka, an idempotent producer: delivered means that all replicas in sync have it. The id of a detection
// is the record's key. One batch at a time is under way, so the library's own queue stays as small.
#include <librdkafka/rdkafka.h>

#include "runtime/base/library.h"
#include "runtime/sink/transport.h"

namespace recipe {
namespace {

constexpr std::chrono::seconds kPatience{20};

struct Kafka {
  Library library{"librdkafka.so.1", "librdkafka1"};
  decltype(&::rd_kafka_conf_new) conf_new;
  decltype(&::rd_kafka_conf_dup) conf_dup;
  decltype(&::rd_kafka_conf_set) conf_set;
  decltype(&::rd_kafka_conf_destroy) conf_destroy;
  decltype(&::rd_kafka_conf_set_dr_msg_cb) conf_set_dr_msg_cb;
  decltype(&::rd_kafka_conf_set_log_cb) conf_set_log_cb;
  decltype(&::rd_kafka_conf_set_error_cb) conf_set_error_cb;
  decltype(&::rd_kafka_conf_set_opaque) conf_set_opaque;
  decltype(&::rd_kafka_new) make;
  decltype(&::rd_kafka_topic_new) topic_new;
  decltype(&::rd_kafka_topic_destroy) topic_destroy;
  decltype(&::rd_kafka_produce) produce;
  decltype(&::rd_kafka_poll) poll;
  decltype(&::rd_kafka_purge) purge;
  decltype(&::rd_kafka_outq_len) outq_len;
  decltype(&::rd_kafka_fatal_error) fatal_error;
  decltype(&::rd_kafka_last_error) last_error;
  decltype(&::rd_kafka_err2str) err2str;
  decltype(&::rd_kafka_destroy) destroy;

  Kafka() {
    library.bind(conf_new, "rd_kafka_conf_new");
    library.bind(conf_dup, "rd_kafka_conf_dup");
    library.bind(conf_set, "rd_kafka_conf_set");
    library.bind(conf_destroy, "rd_kafka_conf_destroy");
    library.bind(conf_set_dr_msg_cb, "rd_kafka_conf_set_dr_msg_cb");
    library.bind(conf_set_log_cb, "rd_kafka_conf_set_log_cb");
    library.bind(conf_set_error_cb, "rd_kafka_conf_set_error_cb");
    library.bind(conf_set_opaque, "rd_kafka_conf_set_opaque");
    library.bind(make, "rd_kafka_new");
    library.bind(topic_new, "rd_kafka_topic_new");
    library.bind(topic_destroy, "rd_kafka_topic_destroy");
    library.bind(produce, "rd_kafka_produce");
    library.bind(poll, "rd_kafka_poll");
    library.bind(purge, "rd_kafka_purge");
    library.bind(outq_len, "rd_kafka_outq_len");
    library.bind(fatal_error, "rd_kafka_fatal_error");
    library.bind(last_error, "rd_kafka_last_error");
    library.bind(err2str, "rd_kafka_err2str");
    library.bind(destroy, "rd_kafka_destroy");
  }
};

const Kafka& kafka() {
  static const Kafka kKafka;
  return kKafka;
}

// Too long for the client or the broker, or refused by a rule about records: this message's own fault.
bool for_good(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
         code == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

class KafkaTransport final : public Transport {
 public:
  KafkaTransport(rd_kafka_conf_t* conf, std::string topic, std::string name, std::chrono::seconds patience)
      : conf_(conf), topic_name_(std::move(topic)), name_(std::move(name)), patience_(patience) {}
  ~KafkaTransport() override {
    end();
    kafka().conf_destroy(conf_);
  }

  Outcome send(const std::vector<std::string>& batch) override {
    if (producer_ == nullptr) {
      if (Status begun = begin(); !begun.ok()) return {Outcome::Kind::kRetry, begun.error()};
    }
    first_fault_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    rejected_ = false;
    arrived_ = 0;
    size_t produced = 0;
    for (const std::string& message : batch) {
      const std::string_view key = id_of(message), value = without_newline(message);
      // Neither key nor value is written to: without RD_KAFKA_MSG_F_COPY and _FREE the library only reads until the report.
      if (kafka().produce(topic_, RD_KAFKA_PARTITION_UA, 0, const_cast<char*>(value.data()), value.size(), key.data(),
                          key.size(), nullptr) != 0) {
        note(kafka().last_error());
        break;
      }
      ++produced;
    }
    const auto until = std::chrono::steady_clock::now() + patience_ + std::chrono::seconds(1);  // the library gives up first
    while (arrived_ < produced && std::chrono::steady_clock::now() < until) kafka().poll(producer_, 100);
    if (arrived_ < produced) {
      note(RD_KAFKA_RESP_ERR__TIMED_OUT);
      end();  // the batch's bytes are the caller's: nothing of it may stay behind
    }
    char words[256] = {};
    if (producer_ != nullptr && kafka().fatal_error(producer_, words, sizeof words) != 0) end();  // it would never send again
    if (first_fault_ == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    const Error error{"cannot send to " + name_ + ": " + kafka().err2str(first_fault_) + last_trouble_};
    return {rejected_ ? Outcome::Kind::kRejected : Outcome::Kind::kRetry, error};
  }

 private:
  void note(rd_kafka_resp_err_t code) {
    // One that will never fit is told apart only when nothing worse happened: the batch is then sent one by one.
    if (first_fault_ == RD_KAFKA_RESP_ERR_NO_ERROR || rejected_) {
      first_fault_ = code;
      rejected_ = for_good(code);
    }
  }

  Status begin() {
    char words[512] = {};
    rd_kafka_conf_t* conf = kafka().conf_dup(conf_);
    kafka().conf_set_opaque(conf, this);
    producer_ = kafka().make(RD_KAFKA_PRODUCER, conf, words, sizeof words);
    if (producer_ == nullptr) {
      kafka().conf_destroy(conf);
      return Error{"cannot begin with Kafka: " + std::string(words)};
    }
    topic_ = kafka().topic_new(producer_, topic_name_.c_str(), nullptr);
    if (topic_ != nullptr) return Done{};
    const Error error{"cannot begin with Kafka: " + std::string(kafka().err2str(kafka().last_error()))};
    end();
    return error;
  }

  void end() {
    if (producer_ == nullptr) return;
    kafka().purge(producer_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    for (int i = 0; i < 50 && kafka().outq_len(producer_) > 0; ++i) kafka().poll(producer_, 20);
    if (topic_ != nullptr) kafka().topic_destroy(topic_);
    kafka().destroy(producer_);
    topic_ = nullptr;
    producer_ = nullptr;
  }

 public:
  // Called within poll(), in our thread.
  static void report(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<KafkaTransport*>(opaque);
    ++self.arrived_;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) self.note(message->err);
  }
  static void trouble(rd_kafka_t*, int, const char* reason, void* opaque) {
    auto& self = *static_cast<KafkaTransport*>(opaque);
    self.last_trouble_ = std::string("; ") + reason;
  }

 private:
  rd_kafka_conf_t* conf_;
  std::string topic_name_, name_, last_trouble_;
  std::chrono::seconds patience_;
  rd_kafka_t* producer_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  rd_kafka_resp_err_t first_fault_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool rejected_ = false;
  size_t arrived_ = 0;
};

void no_log(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

Result<std::unique_ptr<Transport>> make_kafka_transport(const std::string& servers, const std::string& topic,
                                                        Settings settings) {
  if (Status loaded = kafka().library.status(); !loaded.ok()) return Error{"kafka " + loaded.error().what, EINVAL};
  const Result<std::chrono::seconds> timeout = settings.take_timeout(kPatience);
  if (!timeout.ok()) return timeout.error();
  rd_kafka_conf_t* conf = kafka().conf_new();
  // What the file says comes last: it may ask otherwise, and the library knows its own names.
  std::vector<std::pair<std::string, std::string>> properties = {
      {"bootstrap.servers", servers},
      {"client.id", "reciped"},
      {"enable.idempotence", "true"},
      {"compression.type", "lz4"},
      {"linger.ms", "0"},
      {"message.timeout.ms", std::to_string(timeout->count() * 1000)},
      {"queue.buffering.max.messages", "1000"},
  };
  for (const auto& each : settings.rest()) properties.push_back(each);
  for (const auto& [name, value] : properties) {
    char words[512] = {};
    if (kafka().conf_set(conf, name.c_str(), value.c_str(), words, sizeof words) == RD_KAFKA_CONF_OK) continue;
    kafka().conf_destroy(conf);
    return Error{"kafka: the setting `" + name + "` is not taken", EINVAL};  // its words may hold the value
  }
  kafka().conf_set_dr_msg_cb(conf, KafkaTransport::report);
  kafka().conf_set_error_cb(conf, KafkaTransport::trouble);
  kafka().conf_set_log_cb(conf, no_log);  // stderr is for our own words
  return std::unique_ptr<Transport>(std::make_unique<KafkaTransport>(conf, topic, "Kafka's topic `" + topic + "`", *timeout));
}

}  // namespace recipe
