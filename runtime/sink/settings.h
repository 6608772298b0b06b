// SPDX-License-Identifier: Apache-2.0
// Settings: what a client is told beyond its address: user, password, files of TLS. They come from a file, are never printed,
// and one that nobody knows is an error.
#pragma once
#include <charconv>
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace recipe {

class Settings {
 public:
  Settings() = default;
  explicit Settings(std::map<std::string, std::string> values) : values_(std::move(values)) {}

  // "" where it is not set.
  [[nodiscard]] std::string take(std::string_view name) {
    auto node = values_.extract(std::string(name));
    return node.empty() ? std::string() : std::move(node.mapped());
  }
  // `timeout`, in seconds from 1 to 600: how long one batch may take.
  [[nodiscard]] Result<std::chrono::seconds> take_timeout(std::chrono::seconds otherwise) {
    Result<uint64_t> seconds = take_number("timeout", static_cast<uint64_t>(otherwise.count()), 1, 600);
    if (!seconds.ok()) return seconds.error();
    return std::chrono::seconds(*seconds);
  }
  [[nodiscard]] Result<uint64_t> take_number(std::string_view name, uint64_t otherwise, uint64_t least, uint64_t most) {
    const std::string text = take(name);
    if (text.empty()) return otherwise;
    uint64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || value < least || value > most) {
      return Error{
          "the setting `" + std::string(name) + "` is a number from " + std::to_string(least) + " to " + std::to_string(most),
          EINVAL};
    }
    return value;
  }
  // After all that the client knows was taken.
  [[nodiscard]] Status done() const {
    if (values_.empty()) return Done{};
    return Error{"there is no setting `" + values_.begin()->first + "`", EINVAL};
  }
  [[nodiscard]] const std::map<std::string, std::string>& rest() const { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace recipe
