// SPDX-License-Identifier: Apache-2.0
#include "runtime/feed/time.h"

#include <chrono>
#include <cstdio>

namespace recipe {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

// Two or four digits at the front of `text`, which are taken away; nullopt: there are none.
std::optional<int> take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  int number = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char a, char b) {
  if (text.empty() || (text[0] != a && text[0] != b)) return false;
  text.remove_prefix(1);
  return true;
}

// Minutes east of UTC: Z, +02:00, -0530 is none.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z', 'z')) return 0;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ':', ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

std::optional<int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.', '.')) return 0;
  int64_t ns = 0;
  size_t digits = 0;
  for (; digits < 9 && !text.empty() && text[0] >= '0' && text[0] <= '9'; ++digits) {
    ns = ns * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 9; ++digits) ns *= 10;
  return ns;
}

}  // namespace

std::string format_time(int64_t unix_ns) {
  using namespace std::chrono;
  const int64_t within = ((unix_ns % kDay) + kDay) % kDay;
  const int64_t day = unix_ns / kDay - (unix_ns % kDay < 0 ? 1 : 0);
  const year_month_day date{sys_days{days{day}}};
  const int64_t seconds = within / kSecond;
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02lld:%02lld:%02lld.%09lldZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<long long>(seconds / 3600),
                static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60),
                static_cast<long long>(within % kSecond));
  return text;
}

std::optional<int64_t> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-', '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-', '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, 'T', 't')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':', ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ':', ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;  // 60: a leap second, the same instant as the next minute's first
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const int64_t seconds =
      int64_t{sys_days{date}.time_since_epoch().count()} * 86'400 + *hour * 3600 + (*minute - *offset) * 60 + *second;
  // seconds * 1e9 + fraction, summed toward zero so that the last second of each end fits.
  int64_t ns = 0;
  const int64_t whole = seconds < 0 ? seconds + 1 : seconds;
  const int64_t part = seconds < 0 ? *fraction - kSecond : *fraction;
  if (__builtin_mul_overflow(whole, kSecond, &ns) || __builtin_add_overflow(ns, part, &ns)) return std::nullopt;
  return ns;
}

}  // namespace recipe
