// SPDX-License-Identifier: Apache-2.0
// The lock is held for a few instructions, never over a system call of disk or network: put() does not wait for them.
#include "runtime/sink/shipping.h"

#include <signal.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace recipe {
namespace {

using Clock = std::chrono::steady_clock;

class Shipping final : public Destination {
 public:
  Shipping(std::unique_ptr<Transport> transport, ShippingOptions options)
      : transport_(std::move(transport)), options_(std::move(options)), pause_(options_.first_pause) {
    // Signals are for the thread that looks at them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~Shipping() override { stop(Clock::now()); }

  Status put(std::string_view bytes, uint64_t detections) override {
    const std::lock_guard lock(mutex_);
    pending_ += detections;
    if (bytes.empty()) return Done{};
    const auto count = static_cast<uint32_t>(std::exchange(pending_, 0));
    if (held_bytes_ > 0 && held_bytes_ + bytes.size() > options_.queue_bytes) {
      refused_ += count;
      if (std::exchange(refusing_, true)) return Done{};  // said once for each time that it begins
      return Error{options_.name + " does not take detections, and no more can wait" + last_words()};
    }
    refusing_ = false;
    held_bytes_ += bytes.size();
    queue_.push_back({std::string(bytes), count});
    wake_.notify_one();
    return Done{};
  }

  Status flush() override {
    const std::lock_guard lock(mutex_);
    if (!trouble_) return Done{};
    const Error trouble = *std::exchange(trouble_, std::nullopt);
    return trouble;
  }

  Status close() override {
    stop(Clock::now() + options_.patience);
    const std::lock_guard lock(mutex_);
    if (refused_ > 0) return Error{std::to_string(refused_) + " detections did not reach " + options_.name + last_words()};
    return Done{};
  }

  uint64_t refused() const override { return refused_; }

  // The thread has ended by now.
  std::string remark() const override {
    if (thread_.joinable() || !spooled()) return {};
    return std::to_string(options_.spool->messages()) + " messages for " + options_.name + " wait in `" +
           options_.spool->path() + "` for the next run" + last_words();
  }

 private:
  [[nodiscard]] std::string last_words() const { return (last_error_.empty() ? "" : ": " + last_error_) + spool_words_; }

  void stop(Clock::time_point until) {
    {
      const std::lock_guard lock(mutex_);
      if (!closing_ || until < *closing_) closing_ = until;
      wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

  // Below, all runs in the thread.
  void run() {
    while (collect()) {
      if (Clock::now() >= not_before_) {
        ship();
      } else {
        to_disk();  // makes room in memory while the transport pauses
      }
    }
    give_up();
  }

  // Waits until there is something to do, and takes what was put. false: it is over.
  bool collect() {
    std::unique_lock lock(mutex_);
    while (true) {
      const bool waiting = !backlog_.empty() || spooled();
      if (closing_ && !std::exchange(hurried_, true)) not_before_ = {};
      const auto now = Clock::now();
      const bool over = closing_ && (now >= *closing_ || (!waiting && queue_.empty()));
      if (over || !queue_.empty() || (waiting && now >= not_before_)) {
        for (Message& message : queue_) backlog_.push_back(std::move(message));
        queue_.clear();
        return !over;
      }
      if (closing_) {
        wake_.wait_until(lock, waiting ? std::min(*closing_, not_before_) : *closing_);
      } else if (waiting) {
        wake_.wait_until(lock, not_before_);
      } else {
        wake_.wait(lock);
      }
    }
  }

  // The oldest messages: those of the spool were there before those in memory.
  void ship() {
    std::vector<Message> batch;
    const bool from_spool = spooled();
    if (from_spool) {
      Result<std::vector<Message>> first = options_.spool->peek(transport_->most_messages(), kMostBytes);
      if (!first.ok()) return lose_spool(first.error());
      batch = std::move(*first);
    } else {
      size_t bytes = 0;
      for (const Message& message : backlog_) {
        if (batch.size() >= transport_->most_messages() || (bytes > 0 && bytes + message.bytes.size() > kMostBytes)) break;
        bytes += message.bytes.size();
        batch.push_back(message);
      }
    }
    size_t done = 0;
    Outcome outcome = send(batch, 0, batch.size());
    if (outcome.kind == Outcome::Kind::kRejected && batch.size() > 1) {
      // One of them may be to blame: alone each gets its own answer.
      while (done < batch.size() && outcome.kind != Outcome::Kind::kRetry) {
        outcome = send(batch, done, done + 1);
        if (outcome.kind == Outcome::Kind::kRejected || outcome.refused > 0) reject(batch[done].detections, outcome.error);
        if (outcome.kind != Outcome::Kind::kRetry) ++done;
      }
    } else if (outcome.kind != Outcome::Kind::kRetry) {
      if (outcome.kind == Outcome::Kind::kRejected) reject(batch.front().detections, outcome.error);
      if (outcome.refused > 0) reject(std::min(outcome.refused, detections(batch)), outcome.error);
      done = batch.size();
    }
    if (outcome.kind == Outcome::Kind::kRetry) {
      pause(outcome.error);
    } else {
      pause_ = options_.first_pause;
      not_before_ = {};
    }
    drop(from_spool, done);
  }

  Outcome send(const std::vector<Message>& batch, size_t begin, size_t end) {
    std::vector<std::string> messages;
    for (size_t i = begin; i < end; ++i) messages.push_back(batch[i].bytes);
    return transport_->send(messages);
  }

  void pause(const Error& error) {
    const std::lock_guard lock(mutex_);
    last_error_ = error.message();
    constexpr std::chrono::milliseconds kHurry{500};
    not_before_ = Clock::now() + with_chance(closing_ ? std::min(pause_, kHurry) : pause_);
    pause_ = std::min(pause_ * 2, options_.longest_pause);
  }

  // Half of it to all of it, so that many daemons do not come back at the same moment.
  static std::chrono::milliseconds with_chance(std::chrono::milliseconds pause) {
    uint16_t random = 0;
    (void)!getrandom(&random, sizeof random, GRND_NONBLOCK);
    return pause / 2 + pause * random / 131'072;
  }

  static size_t detections(const std::vector<Message>& batch) {
    size_t sum = 0;
    for (const Message& message : batch) sum += message.detections;
    return sum;
  }

  void reject(size_t count, const Error& error) {
    refused_ += count;
    const std::lock_guard lock(mutex_);
    last_error_ = error.message();
    if (!trouble_) trouble_ = Error{options_.name + " rejects detections: " + last_error_};
  }

  [[nodiscard]] bool spooled() const { return options_.spool && !options_.spool->empty(); }

  void drop(bool from_spool, size_t messages) {
    if (from_spool) {
      if (Status dropped = options_.spool->drop(messages); !dropped.ok()) lose_spool(dropped.error());
      return;
    }
    for (size_t i = 0; i < messages; ++i) forget_first();
  }

  void forget_first() {
    const std::lock_guard lock(mutex_);
    held_bytes_ -= backlog_.front().bytes.size();
    backlog_.pop_front();
  }

  // Where the spool or the disk is full, what comes waits in memory, and then is refused; what lies on disk goes on from there.
  void to_disk() {
    while (options_.spool && !backlog_.empty()) {
      const Result<bool> kept = options_.spool->append(backlog_.front());
      const int code = kept.ok() ? 0 : kept.error().code;
      const bool no_room = code == ENOSPC || code == EDQUOT || code == EFBIG;
      if (!kept.ok() && !no_room) return lose_spool(kept.error());
      note_spool(no_room ? "; " + kept.error().message() : "");
      if (no_room || !*kept) return;
      forget_first();
    }
  }

  void note_spool(const std::string& words) {
    const std::lock_guard lock(mutex_);
    spool_words_ = words;
  }

  // A disk that fails is no reason to stop; what lies on it is for the next run.
  void lose_spool(const Error& error) {
    options_.spool.reset();
    const std::lock_guard lock(mutex_);
    last_error_ = error.message();
    if (!trouble_) trouble_ = error;
  }

  // What is left goes to disk, or is lost.
  void give_up() {
    to_disk();
    for (const Message& message : backlog_) refused_ += message.detections;
  }

  static constexpr size_t kMostBytes = 256u << 10;  // of one batch, unless one message is more

  // The thread's own.
  std::unique_ptr<Transport> transport_;
  ShippingOptions options_;
  std::deque<Message> backlog_;
  Clock::time_point not_before_;
  std::chrono::milliseconds pause_;
  bool hurried_ = false;

  std::mutex mutex_;  // over what follows
  std::condition_variable wake_;
  std::deque<Message> queue_;
  size_t held_bytes_ = 0;  // of queue and backlog
  uint64_t pending_ = 0;   // detections of a document that is yet to come
  bool refusing_ = false;
  std::optional<Error> trouble_;  // to be said at the next flush
  std::string last_error_, spool_words_;
  std::optional<Clock::time_point> closing_;

  std::atomic<uint64_t> refused_ = 0;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Destination> make_shipping(std::unique_ptr<Transport> transport, ShippingOptions options) {
  return std::make_unique<Shipping>(std::move(transport), std::move(options));
}

}  // namespace recipe
