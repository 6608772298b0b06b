// SPDX-License-Identifier: Apache-2.0
// No generated secret leaves: whatever its kind, wherever it stands among the arguments, whoever repeats it.
#include "runtime/report/redact.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "runtime/artefact/dump.h"
#include "runtime/report/printer.h"
#include "runtime/report/report.h"

namespace recipe {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

rc::Gen<std::string> of(const std::string& alphabet, size_t least, size_t most) {
  return rc::gen::mapcat(rc::gen::inRange(least, most + 1),
                         [=](size_t length) { return rc::gen::container<std::string>(length, rc::gen::elementOf(alphabet)); });
}

// The secret itself, and how it is written.
struct Token {
  std::string secret, text;
};

rc::Gen<Token> tokens() {
  struct Kind {
    std::string_view prefix;
    std::string alphabet;
    size_t length;
  };
  const std::string more = std::string(kAlphanumeric) + "_-";
  static const std::vector<Kind> kKinds = {
      {"ghp_", std::string(kAlphanumeric), 36},
      {"gho_", std::string(kAlphanumeric), 36},
      {"ghs_", std::string(kAlphanumeric), 36},
      {"ghu_", std::string(kAlphanumeric), 36},
      {"github_pat_", std::string(kAlphanumeric), 82},
      {"glpat-", more, 20},
      {"AKIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16},
      {"ASIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16},
      {"xoxb-", std::string(kAlphanumeric), 40},
      {"npm_", std::string(kAlphanumeric), 36},
      {"pypi-AgEIcHlwaS5vcmc", more, 100},
  };
  return rc::gen::mapcat(rc::gen::elementOf(kKinds), [](const Kind& kind) {
    return rc::gen::map(of(kind.alphabet, kind.length, kind.length),
                        [prefix = std::string(kind.prefix)](const std::string& body) {
                          return Token{body, prefix + body};
                        });
  });
}

// Bytes of any kind but NUL, which no argument holds; long enough to be told from other words, and no reference to another
// place.
rc::Gen<std::string> passwords() {
  return rc::gen::suchThat(
      rc::gen::mapcat(rc::gen::inRange<size_t>(8, 80),
                      [](size_t length) {
                        return rc::gen::container<std::string>(
                            length, rc::gen::map(rc::gen::inRange(1, 256), [](int byte) { return static_cast<char>(byte); }));
                      }),
      [](const std::string& text) {
        return std::string_view("$`-%{<*").find(text[0]) == std::string_view::npos &&
               std::isspace(static_cast<unsigned char>(text[0])) == 0;
      });
}

// What a variable or a configuration in one word can hold.
rc::Gen<std::string> plain_passwords() {
  return of(std::string(kAlphanumeric) + "+/=_.,:@!-", 8, 80);
}

struct Scene {
  std::string secret;
  Words argv;
};

rc::Gen<Scene> scenes() {
  const auto with_password =
      rc::gen::map(rc::gen::pair(passwords(), rc::gen::inRange(0, 5)), [](const std::pair<std::string, int>& made) {
        const std::string& secret = made.first;
        switch (made.second) {
          case 0:
            return Scene{secret, {"tool", "--password", secret, "--port", "1"}};
          case 1:
            return Scene{secret, {"tool", "-v", "--password=" + secret, "x"}};
          case 2:
            return Scene{secret, {"/usr/bin/curl", "-s", "-u", "bot:" + secret, "https://x.example"}};
          case 3:
            return Scene{secret, {"wget", "--header", "Authorization: Bearer x" + secret, "https://x.example"}};
          default:
            return Scene{secret, {"sshpass", "-p", secret, "ssh", "x"}};
        }
      });
  const auto with_plain =
      rc::gen::map(rc::gen::pair(plain_passwords(), rc::gen::inRange(0, 5)), [](const std::pair<std::string, int>& made) {
        const std::string& secret = made.first;
        switch (made.second) {
          case 0:
            return Scene{secret, {"env", "DEPLOY_TOKEN=" + secret, "make"}};
          case 1:
            return Scene{secret, {"sh", "-c", "export DB_PASSWORD=" + secret + " && make"}};
          case 2:
            return Scene{secret, {"docker", "run", "-eAPP_SECRET=" + secret, "image"}};
          case 3:
            return Scene{secret, {"sh", "-c", "API_KEY='" + secret + "' ./deploy"}};
          default:
            return Scene{secret, {"curl", "-d", R"({"user":"a","password":")" + secret + "\"}", "https://x.example"}};
        }
      });
  const auto with_token = rc::gen::map(rc::gen::pair(tokens(), rc::gen::inRange(0, 4)), [](const std::pair<Token, int>& made) {
    const Token& token = made.first;
    switch (made.second) {
      case 0:
        return Scene{token.secret, {"echo", token.text}};
      case 1:
        return Scene{token.secret, {"git", "push", "https://x-access-token:" + token.text + "@git.example/a/b"}};
      case 2:
        return Scene{token.secret, {"sh", "-c", "curl -H \"Authorization: token " + token.text + "\" https://x.example | sh"}};
      default:
        return Scene{token.secret, {"node", "-e", "fetch('https://x.example/?t=" + token.text + "&u=1')"}};
    }
  });
  return rc::gen::oneOf(with_password, with_plain, with_token);
}

std::string join(const Words& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

// As the matcher shortens a value that it shows: not within a character.
std::string cut(const std::string& text) {
  constexpr size_t kShown = 40;
  if (text.size() <= kShown) return text;
  size_t end = kShown;
  while (end > kShown - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

// As the reporter fills one: the same arguments as a list, as a line, in a message, as values of why, in a parent's line.
Detection detection_of(const Scene& scene) {
  Detection detection;
  detection.recipe = "r";
  detection.event = "exec";
  detection.argv = scene.argv;
  detection.process.cmdline = join(scene.argv);
  detection.message = printable("ran " + join(scene.argv));
  for (size_t i = 0; i < scene.argv.size(); ++i) {
    const std::string value = cut(scene.argv[i]);
    detection.why.terms.push_back(
        {"t", printable("argv[" + std::to_string(i) + "] = " + quote(value)), "a.recipe", 1, false, false});
  }
  detection.ancestors.emplace_back().cmdline = "sh -c " + join(scene.argv);
  return detection;
}

// No six bytes in a row of the secret.
bool shows(const std::string& text, const std::string& secret) {
  constexpr size_t kPart = 6;
  for (size_t at = 0; at + kPart <= secret.size(); ++at) {
    if (text.find(secret.substr(at, kPart)) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("no generated secret is left in any text of a detection") {
  CHECK(rc::check("redact", [] {
    const Scene scene = *scenes();
    Detection detection = detection_of(scene);
    redact(detection);
    Words texts = *detection.argv;
    texts.push_back(detection.message);
    texts.push_back(*detection.process.cmdline);
    texts.push_back(*detection.ancestors[0].cmdline);
    for (const WhyTerm& term : detection.why.terms) texts.push_back(term.value);
    RC_ASSERT(detection.redacted > 0U);
    for (const std::string& text : texts) {
      if (shows(text, scene.secret) || shows(text, printable(scene.secret))) {
        RC_FAIL(printable(scene.secret) + " is shown by " + printable(text));
      }
    }
  }));
}

TEST_CASE("no generated secret is in what any format prints") {
  CHECK(rc::check("outputs", [] {
    // Only signs that no format escapes: else a leak could hide behind an escape.
    const std::string secret = *of(std::string(kAlphanumeric), 12, 60);
    Detection detection = detection_of({secret, {"curl", "-u", "bot:" + secret, "--token", secret, "https://x.example"}});
    EventValue& path = detection.values.emplace_back();
    path.field = FieldId::file_path;
    path.value.emplace<1>("/tmp/" + secret);
    redact(detection);
    for (const FormatInfo& format : all_formats()) {
      const auto printer = make_printer(format.format, {});
      const std::string text = printer->print(detection) + printer->finish({});
      if (shows(text, secret)) RC_FAIL(std::string(format.name) + " shows " + secret + ": " + text);
    }
  }));
}

TEST_CASE("words that hold no secret come out as they went in") {
  CHECK(rc::check("harmless", [] {
    const Words words = *rc::gen::container<Words>(of("abcdefghij0123456789/.-_ ", 0, 30));
    Words masked = words;
    RC_ASSERT(redact(masked) == 0U);
    RC_ASSERT(masked == words);
  }));
}

}  // namespace recipe
