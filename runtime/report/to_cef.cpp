// SPDX-License-Identifier: Apache-2.0
// CEF (version 0) as the message of RFC 5424 syslog lines: one line a detection.
//
//   <82>1 2026-11-23T10:00:00.000000Z host reciped 4242 code_on_the_fly - CEF:0|Recipe|reciped|0.1.0|code_on_the_fly|...
#include <fmt/format.h>
#include <unistd.h>

#include <climits>

#include "runtime/catalogue/catalogue.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr int kFacility = 10;       // security and authorisation messages
constexpr size_t kMostMsg = 1023;   // CEF's own bound of `msg`
constexpr size_t kMostText = 4000;  // and of custom strings

// A header's field: pipes and backslashes are escaped, lines do not exist.
std::string header(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '|' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string value(std::string_view text, size_t most) {
  std::string out;
  for (const char c : shorten(text, most)) {
    if (c == '=' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// A word of at most so many bytes, "-" for nothing. RFC 5424 allows more signs, its readers stumble over brackets.
std::string word(std::string_view text, size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    out += plain ? c : '_';
  }
  return out.empty() ? "-" : out;
}

// RFC 5424 knows microseconds at most.
std::string timestamp(int64_t unix_ns) {
  const std::string time = rfc3339(unix_ns);
  return time.substr(0, time.size() - 4) + "Z";
}

std::string own_host() {
  char name[HOST_NAME_MAX + 1] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

// severity: syslog's.
std::string line(int64_t time, const std::string& host, std::string_view id, int severity, const std::string& message) {
  return fmt::format("<{}>1 {} {} {} {} {} - {}\n", kFacility * 8 + severity, timestamp(time), word(host, 255), kProduct,
                     getpid(), word(id, 32), message);
}

class Extension {
 public:
  void text(std::string_view key, const std::optional<std::string>& words, size_t most = kMostText) {
    if (words && !words->empty()) add(key, value(*words, most));
  }
  void number(std::string_view key, const std::optional<int64_t>& count) {
    if (count) add(key, std::to_string(*count));
  }
  void custom(int index, std::string_view label, const std::optional<std::string>& words) {
    if (!words || words->empty()) return;
    add(fmt::format("cs{}Label", index), std::string(label));
    text(fmt::format("cs{}", index), words);
  }
  // The one more string of CEF that has a label.
  void flexible(std::string_view label, const std::string& words) {
    if (words.empty()) return;
    add("flexString1Label", std::string(label));
    text("flexString1", words, kMostMsg);
  }
  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  void add(std::string_view key, const std::string& escaped) {
    out_ += fmt::format("{}{}={}", out_.empty() ? "" : " ", key, escaped);
  }
  std::string out_;
};

class CefPrinter final : public Printer {
 public:
  std::string print(const Detection& detection) override {
    constexpr int kSyslog[] = {6, 5, 4, 3, 2}, kCef[] = {1, 3, 5, 8, 10};
    const auto level = static_cast<size_t>(detection.importance);
    const ProcessInfo& process = detection.process;
    Extension extension;
    extension.number("rt", detection.time_unix_ns / 1'000'000);
    extension.text("externalId", detection.id);
    extension.text("cat", detection.category);
    extension.text("act", detection.event);
    extension.text("msg", detection.message, kMostMsg);
    extension.text("dvchost", detection.host.name);
    extension.number("spid", process.pid);
    extension.text("sproc", process.exe ? process.exe : process.name, kMostMsg);
    extension.number("suid", process.uid);
    extension.text("suser", process.user);
    extension.text("filePath", text_of(detection, FieldId::file_path));
    extension.text("dst", text_of(detection, FieldId::dst_ip));
    extension.number("dpt", number_of(detection, FieldId::dst_port));
    extension.text("proto", text_of(detection, FieldId::net_protocol));
    extension.custom(1, "commandLine", process.cmdline);
    extension.custom(2, "why", detection.why.clause);
    extension.custom(3, "processTree", tree_of(detection));
    std::string attack;
    for (const AttackReference& reference : detection.attack) attack += (attack.empty() ? "" : ",") + reference.id;
    extension.custom(4, "attack", attack);
    extension.custom(6, "container", container_words(detection));
    extension.flexible("job", job_words(detection));
    if (detection.redacted > 0) extension.custom(5, "redacted", std::to_string(detection.redacted));
    return line(detection.time_unix_ns, detection.host.name.empty() ? host_ : detection.host.name, detection.recipe,
                kSyslog[level], cef(detection.recipe, title_of(detection), kCef[level], extension));
  }

  std::string finish(const Coverage& coverage) override {
    const bool whole = verdict(coverage) == Verdict::kComplete;
    Extension extension;
    extension.number("rt", coverage.end_unix_ns / 1'000'000);
    extension.text("outcome", std::string(verdict_name(verdict(coverage))));
    extension.number("cnt", static_cast<int64_t>(coverage.detections));
    extension.text("msg", coverage_sentence(coverage), kMostMsg);
    return line(coverage.end_unix_ns, host_, "coverage", whole ? 6 : 3, cef("coverage", "Coverage", whole ? 0 : 8, extension));
  }

 private:
  static std::string cef(std::string_view id, std::string_view title, int severity, const Extension& extension) {
    return fmt::format("CEF:0|{}|{}|{}|{}|{}|{}|{}", kVendor, kProduct, RECIPE_VERSION, header(id), header(title), severity,
                       extension.str());
  }
  std::string host_ = own_host();
};

}  // namespace

std::unique_ptr<Printer> make_Cef_printer(const PrintOptions&) {
  return std::make_unique<CefPrinter>();
}

}  // namespace recipe
