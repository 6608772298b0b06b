// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/dns_message.h"

#include <catch2/catch.hpp>

namespace recipe {
namespace {

using namespace std::string_literals;

// A message about `a.io` with these answers behind the question.
std::string message(unsigned answers, const std::string& records, uint8_t high_flags = 0x81) {
  return "\0\7"s + static_cast<char>(high_flags) + "\x80\0\1\0"s + static_cast<char>(answers) + "\0\0\0\0"s +
         "\1A\2io\0\0\1\0\1"s + records;
}

std::string record(uint16_t type, const std::string& data, const std::string& name = "\xc0\x0c"s) {
  return name + static_cast<char>(type >> 8) + static_cast<char>(type) + "\0\1\0\0\0\x3c\0"s + static_cast<char>(data.size()) +
         data;
}

}  // namespace

TEST_CASE("addresses and names are read, in their order and with compressed names written out") {
  const DnsAnswers answers = read_dns_answers(
      message(5, record(5, "\1B\xc0\x0c"s) + record(1, "\x0a\0\0\1"s) + record(28, std::string(15, '\0') + '\1') +
                     record(15, "\0\5\2mx\xc0\x0e"s) + record(33, "\0\1\0\2\0\x35\3srv\0"s)));
  CHECK(answers.whole);
  CHECK(answers.values == std::vector<std::string>{"b.a.io", "10.0.0.1", "::1", "mx.io", "srv"});
}

TEST_CASE("records of other types are stepped over") {
  const DnsAnswers answers = read_dns_answers(message(2, record(16, "\3txt"s) + record(1, "\1\2\3\4"s)));
  CHECK(answers.whole);
  CHECK(answers.values == std::vector<std::string>{"1.2.3.4"});
}

TEST_CASE("what came before a fault stays, and the rest is said to be missing") {
  const std::string good = record(1, "\1\2\3\4"s);
  const auto check = [&](const std::string& bad) {
    const DnsAnswers answers = read_dns_answers(message(2, good + bad));
    CHECK_FALSE(answers.whole);
    CHECK(answers.values == std::vector<std::string>{"1.2.3.4"});
  };
  check("");                                    // it promised one more
  check(record(1, "\1\2\3"s));                  // an address of three bytes
  check(record(1, "\1\2\3\4"s).substr(0, 14));  // cut
  check(record(5, "\xc0\xff"s));                // a pointer behind the end
  check(record(5, "\xc0\x32"s));                // a pointer to itself
  check(record(5, "\1a\xc0\x0c"s, "\x40"s));    // a label of a kind that there is not
  check(record(5, "\3a.b\0"s));                 // a dot within a label
  check(record(5, "\5ab"s));                    // a label longer than the data
}

TEST_CASE("pointers in a circle end") {
  const DnsAnswers answers = read_dns_answers(message(1, record(5, "\xc0\x24"s)));
  CHECK_FALSE(answers.whole);
  CHECK(answers.values.empty());
}

TEST_CASE("a message that says it was cut is not whole") {
  CHECK_FALSE(read_dns_answers(message(1, record(1, "\1\2\3\4"s), 0x83)).whole);
}

TEST_CASE("what is shorter than a header holds nothing") {
  for (size_t bytes = 0; bytes < 12; ++bytes) CHECK_FALSE(read_dns_answers(std::string(bytes, '\0')).whole);
  CHECK(read_dns_answers(std::string(12, '\0')).whole);
}

}  // namespace recipe
