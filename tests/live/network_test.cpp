// SPDX-License-Identifier: Apache-2.0
// Events of the network, made by a script in a network namespace of its own and seen by the real daemon.
#include <catch2/catch.hpp>

#include "tests/live/acts.h"

namespace recipe::test {
namespace {

const std::string kNamespace = "unshare -n";

// "ADDRESS PORT PROTOCOL" of the other side.
std::string peer(const nlohmann::json& event) {
  return fmt::format("{} {} {}", event["dst"]["ip"].get<std::string>(), event["dst"]["port"].get<int>(),
                     event["net"]["protocol"].get<std::string>());
}

std::vector<std::string> peers(const Acts& acts, const std::string& event) {
  std::vector<std::string> all;
  for (const auto& each : acts.of(event)) all.push_back(peer(each));
  return all;
}

std::string questions(const Acts& acts, const std::string& event) {
  std::string all;
  for (const auto& each : acts.of(event)) {
    const auto& dns = each["dns"];
    all += dns["question"].get<std::string>() + " " + dns.value("type", "-") + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("a connection is seen on both sides, with the addresses of both") {
  Acts acts;
  acts.watch("network.py", "tcp4 tcp6", {"connect", "bind", "listen", "accept"}, kNamespace);
  INFO(acts.ran.err);
  CHECK(acts.ran.err.find("lost      nothing") != std::string::npos);
  CHECK(peers(acts, "connect") == std::vector<std::string>{"127.0.0.1 8001 tcp", "::1 8002 tcp"});
  for (const char* event : {"bind", "listen", "accept"}) {
    const auto all = acts.of(event);
    INFO(event);
    REQUIRE(all.size() == 2);
    CHECK(all[0]["src"] == nlohmann::json({{"ip", "127.0.0.1"}, {"port", 8001}}));
    CHECK(all[1]["src"] == nlohmann::json({{"ip", "::1"}, {"port", 8002}}));
  }
  const auto connected = acts.of("connect"), accepted = acts.of("accept");
  CHECK(connected[0]["src"] == accepted[0]["dst"]);
  CHECK(connected[1]["src"] == accepted[1]["dst"]);
}

TEST_CASE("an address is the same in every socket, and whether or not the caller waits") {
  Acts acts;
  acts.watch("network.py", "mapped without_waiting", {"connect"}, kNamespace);
  CHECK(peers(acts, "connect") == std::vector<std::string>{"127.0.0.1 8003 tcp", "127.0.0.1 8004 tcp"});
}

TEST_CASE("who asks for an address is seen where nobody answers, too") {
  Acts acts;
  acts.watch("network.py", "refused unreachable", {"connect"}, kNamespace);
  CHECK(peers(acts, "connect") == std::vector<std::string>{"127.0.0.1 8005 tcp", "169.254.169.254 80 tcp"});
}

TEST_CASE("a datagram to an address counts as a connection to it, one over a connected socket not again") {
  Acts acts;
  acts.watch("network.py", "udp disconnect", {"connect"}, kNamespace);
  CHECK(peers(acts, "connect") == std::vector<std::string>{"127.0.0.1 8006 udp", "127.0.0.1 8007 udp", "127.0.0.1 8008 udp"});
}

TEST_CASE(
    "an address of no family, the address of this machine, and a connection with its first data lead where the kernel goes") {
  Acts acts;
  acts.watch("network.py", "unspecified first_data raw", {"connect"}, kNamespace);
  const auto all = acts.of("connect");
  INFO(acts.ran.err << nlohmann::json(all).dump(2));
  REQUIRE(all.size() == 4);
  CHECK(peer(all[0]) == "127.0.0.1 8010 udp");
  CHECK(peer(all[1]) == "127.0.0.1 8011 udp");
  CHECK(peer(all[2]) == "127.0.0.1 8014 tcp");
  CHECK(all[3]["dst"] == nlohmann::json({{"ip", "127.0.0.2"}}));
  CHECK(all[3]["net"]["protocol"] == "icmp");
}

TEST_CASE("what only names an address is no use of it") {
  Acts acts;
  acts.watch("network.py", "misleading", {"connect"}, kNamespace);
  CHECK(peers(acts, "connect") == std::vector<std::string>{"127.0.0.1 8012 tcp", "127.0.0.1 8013 udp"});
}

TEST_CASE("two questions in one packet are one event that says it is not all") {
  Acts acts;
  acts.watch("network.py", "segmented_dns", {"dns"}, kNamespace, "dns.question != \"another.example\"");
  CHECK(questions(acts, "dns") == "one.example.com -\n");
}

TEST_CASE("an answer does not take the program that its asker has become for the one that asked") {
  Acts acts;
  acts.watch("network.py", "answer_after_exec", {"dns_answer"}, kNamespace);
  INFO(acts.ran.err);
  REQUIRE(acts.detections.size() == 1);
  const auto& process = acts.detections[0]["process"];
  INFO(process.dump(2));
  CHECK(process["name"].get<std::string>().starts_with("python"));
  CHECK_FALSE(process.contains("exe"));
  CHECK_FALSE(process.contains("cmdline"));
}

TEST_CASE("a Unix socket has the path that it is bound to, whatever link led there, and an abstract one its name") {
  Acts acts;
  acts.watch("network.py", "unix", {"unix_connect"}, kNamespace);
  const auto all = acts.of("unix_connect");
  INFO(acts.ran.err << nlohmann::json(all).dump(2));
  REQUIRE(all.size() == 3);
  CHECK(all[0]["socket"]["path"] == acts.folder.path("here.sock"));
  CHECK(all[1]["socket"]["path"] == acts.folder.path("here.sock"));
  CHECK(all[2]["socket"]["path"] == "@hidden");
}

TEST_CASE("a question is seen in lower case and with its type, over IPv4 and IPv6, up to the longest name") {
  Acts acts;
  acts.watch("network.py", "dns", {"dns"}, kNamespace);
  INFO(acts.ran.err);
  const std::string x(63, 'x');
  CHECK(questions(acts, "dns") ==
        "plain.example.com A\ntext.example.com TXT\nsix.example.com AAAA\nodd.example.com 4711\n A\n" + x + "." + x + "." + x +
            "." + std::string(61, 'y') + " A\n");
}

TEST_CASE("a question that lies about itself is marked as cut, and what is none is no event") {
  Acts acts;
  acts.watch("network.py", "odd_dns", {"dns"}, kNamespace, "dns.question != \"another.example\"");
  INFO(acts.ran.err);
  CHECK(questions(acts, "dns") == "cut.exa -\nloop -\na.b.com -\nfirst.of.two -\nwrong -\n");
  for (const auto& detection : acts.detections) {
    INFO(detection.dump());
    CHECK(detection["why"]["truncated"] == nlohmann::json({"dns.question"}));
  }
}

TEST_CASE("the filter finds a domain and what is below it, in any spelling, and nothing that only looks like it") {
  Acts acts;
  acts.watch("network.py", "dns", {"dns"}, kNamespace,
             "dns.question under \"example.com\" and dns.question != \"odd.example.com\"");
  CHECK(questions(acts, "dns") == "plain.example.com A\ntext.example.com TXT\nsix.example.com AAAA\n");
}

TEST_CASE("an answer belongs to the process that asked, with what it says") {
  Acts acts;
  acts.watch("network.py", "answers", {"dns_answer"}, kNamespace);
  const auto all = acts.of("dns_answer");
  INFO(acts.ran.err << nlohmann::json(all).dump(2));
  REQUIRE(all.size() == 3);
  CHECK(all[0]["dns"] == nlohmann::json({{"question", "many.example.com"},
                                         {"type", "A"},
                                         {"code", 0},
                                         {"answers", {"alias.example.com", "192.0.2.7", "2001:db8::1"}}}));
  CHECK(all[1]["dns"]["code"] == 3);
  CHECK(all[2]["dns"]["question"] == "liar.example.com");
}

}  // namespace recipe::test
