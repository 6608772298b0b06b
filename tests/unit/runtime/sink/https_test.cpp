// SPDX-License-Identifier: Apache-2.0
// A webhook over TLS: who is not known gets nothing, on either side.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/support/server.h"

namespace recipe {
namespace {

struct Webhook {
  ScratchFolder folder;
  std::string pem = folder.path("received.pem"), port;
  std::unique_ptr<Running> running;

  Webhook() {
    const std::string key = folder.path("key");
    REQUIRE(run_command({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", pem})
                .code == 0);
    folder.write("received.pem", folder.read("received.pem") + folder.read("key"));
    running = std::make_unique<Running>(std::vector<std::string>{
        "/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/receiver.py", "https", "0", folder.path("received"), "200"});
    port = running->line();
    REQUIRE_FALSE(port.empty());
  }
  [[nodiscard]] Outcome send(const std::string& host, std::map<std::string, std::string> settings) const {
    settings.insert({"timeout", "10"});
    auto made = make_http_transport("https://user:secret@" + host + ":" + port + "/hook?token=secret", "application/x-ndjson",
                                    {}, Settings(settings));
    REQUIRE(made.ok());
    return (*made)->send({"{}\n"});
  }
};

}  // namespace

TEST_CASE("https: a certificate of an authority that we were told of is taken, and ours is shown") {
  const Webhook webhook;
  const Outcome outcome = webhook.send("localhost", {{"ca", webhook.pem}, {"cert", webhook.pem}, {"key", webhook.pem}});
  INFO(outcome.error.what);
  CHECK(outcome.kind == Outcome::Kind::kDelivered);
  CHECK(webhook.folder.read("received") == "{}\n");
}

TEST_CASE("https: an unknown certificate, another host's, and a server that wants ours get nothing, and no word has a secret") {
  const Webhook webhook;
  for (const auto& [host, settings] : std::vector<std::pair<std::string, std::map<std::string, std::string>>>{
           {"localhost", {{"cert", webhook.pem}, {"key", webhook.pem}}},
           {"127.0.0.1", {{"ca", webhook.pem}, {"cert", webhook.pem}, {"key", webhook.pem}}},
           {"localhost", {{"ca", webhook.pem}}}}) {
    const Outcome outcome = webhook.send(host, settings);
    INFO(outcome.error.what);
    CHECK(outcome.kind == Outcome::Kind::kRetry);
    CHECK(outcome.error.what.find("secret") == std::string::npos);
  }
  CHECK(webhook.folder.read("received").empty());
}

}  // namespace recipe
