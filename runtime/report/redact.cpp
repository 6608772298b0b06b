// SPDX-License-Identifier: Apache-2.0
// First every text is searched, then all are rewritten: so a secret that only one text shows as such (`--password X` among the
// arguments) is masked where it stands without that context too (a message, a shell's command line).
#include "runtime/report/redact.h"

#include <algorithm>

#include "runtime/artefact/dump.h"
#include "runtime/catalogue/catalogue.h"
#include "runtime/report/find_secrets.h"
#include "runtime/report/report.h"

namespace recipe {
namespace {

std::string_view stars(size_t bytes) {
  return bytes < 16 ? "***" : bytes < 64 ? "******" : "*********";
}

size_t mask(std::string& text, const SecretSpans& spans) {
  std::string out;
  size_t from = 0;
  for (const SecretSpan& span : spans) {
    out.append(text, from, span.begin - from).append(stars(span.end - span.begin));
    from = span.end;
  }
  if (!spans.empty()) text = out.append(text, from);
  return spans.size();
}

std::string join(const std::vector<std::string>& arguments) {
  std::string joined;
  for (const std::string& argument : arguments) joined.append(&argument == arguments.data() ? "" : " ").append(argument);
  return joined;
}

class Redaction {
 public:
  // Where the text is one that an event may bring again: arguments, command lines, messages.
  void add(std::string& text) { texts_.push_back({&text, find(text), true}); }
  void add(std::optional<std::string>& text) {
    if (text) add(*text);
  }
  // A name or a path: what it shows itself, no more. A user whose password is `root` is still called root.
  void add_name(std::optional<std::string>& text) {
    if (text) texts_.push_back({&*text, find(*text), false});
  }
  void add(std::vector<std::string>& arguments, std::optional<std::string>* cmdline) {
    const std::vector<SecretSpans> spans = find_secrets(arguments);
    if (cmdline != nullptr && *cmdline && **cmdline == join(arguments)) add_joined(**cmdline, arguments, spans);
    for (size_t i = 0; i < arguments.size(); ++i) {
      learn(arguments[i], spans[i]);
      texts_.push_back({&arguments[i], spans[i], true});
    }
  }
  // NAME=value of an environment: what the name says holds for all of the value, spaces too.
  void add_variable(std::string& variable) {
    const size_t value = variable.find('=') + 1;
    SecretSpans spans = find_secrets(variable);
    if (!spans.empty() && spans.front().begin <= value + 1) spans = {{value, variable.size()}};
    learn(variable, spans);
    texts_.push_back({&variable, std::move(spans), true});
  }
  size_t rewrite() {
    std::sort(known_.begin(), known_.end());
    known_.erase(std::unique(known_.begin(), known_.end()), known_.end());
    size_t count = 0;
    for (auto& [text, spans, everywhere] : texts_) {
      if (everywhere) add_known(*text, spans);
      count += mask(*text, spans);
    }
    return count;
  }

 private:
  struct Text {
    std::string* text;
    SecretSpans spans;
    bool everywhere;
  };

  SecretSpans find(const std::string& text) {
    SecretSpans spans = find_secrets(text);
    learn(text, spans);
    return spans;
  }

  // As arguments and as one line alike.
  void add_joined(std::string& line, const std::vector<std::string>& arguments, const std::vector<SecretSpans>& spans) {
    SecretSpans all = find(line);
    size_t at = 0;
    for (size_t i = 0; i < arguments.size(); ++i) {
      for (const SecretSpan& span : spans[i]) all.push_back({at + span.begin, at + span.end});
      at += arguments[i].size() + 1;
    }
    tidy(all);
    texts_.push_back({&line, std::move(all), true});
  }

  // In the forms in which messages and the values of `why` show it.
  void learn(const std::string& text, const SecretSpans& spans) {
    constexpr size_t kTelling = 6;  // a shorter one would mask words that only happen to be the same
    for (const SecretSpan& span : spans) {
      if (span.end - span.begin < kTelling) continue;
      const std::string secret = text.substr(span.begin, span.end - span.begin), quoted = quote(secret);
      known_.push_back(secret);
      known_.push_back(printable(secret));
      known_.push_back(quoted.substr(1, quoted.size() - 2));
      known_.push_back(printable(known_.back()));
    }
  }

  void add_known(const std::string& text, SecretSpans& spans) const {
    for (const std::string& secret : known_) {
      for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 1)) {
        spans.push_back({at, at + secret.size()});
      }
      if (const size_t begin = cut_at_end(text, secret); begin < text.size()) spans.push_back({begin, text.size()});
    }
    tidy(spans);
  }

  // A value in `why` ends in `...` where it was cut, perhaps within the secret. Where that begins; text.size(): it does not.
  static size_t cut_at_end(std::string_view text, std::string_view secret) {
    constexpr std::string_view kCut = "...";
    constexpr size_t kPart = 4;  // fewer bytes tell nothing
    std::string_view head = text;
    while (!head.empty() && (head.back() == '"' || head.back() == '\\')) head.remove_suffix(1);
    if (!head.ends_with(kCut)) return text.size();
    head.remove_suffix(kCut.size());
    for (size_t length = std::min(secret.size() - 1, head.size()); length >= kPart; --length) {
      if (head.ends_with(secret.substr(0, length))) return head.size() - length;
    }
    return text.size();
  }

  std::vector<Text> texts_;
  std::vector<std::string> known_;
};

void add(Redaction& redaction, ProcessInfo& process, std::vector<std::string>* arguments) {
  auto& [pid, tid, uid, gid, euid, start_time, name, exe, comm, cmdline, script, cwd, user] = process;
  for (std::optional<std::string>* each : {&name, &exe, &comm, &script, &cwd, &user}) redaction.add_name(*each);
  if (arguments != nullptr) {
    redaction.add(*arguments, &cmdline);
    if (cmdline == join(*arguments)) return;
  }
  redaction.add(cmdline);
}

}  // namespace

size_t redact(std::string& text) {
  return mask(text, find_secrets(text));
}

size_t redact(std::vector<std::string>& arguments) {
  const std::vector<SecretSpans> spans = find_secrets(arguments);
  size_t count = 0;
  for (size_t i = 0; i < arguments.size(); ++i) count += mask(arguments[i], spans[i]);
  return count;
}

// The lists of names hold every member, so that a new one does not compile before someone has decided here: an event's text, or
// the recipe's own words and what the machine says of itself, which are left.
void redact(Detection& detection) {
  auto& [id, time, sequence, recipe, title, message, category, method, status, version, importance, attack, tags, why, event,
         argv, values, process, ancestors, host, actions, page, lost, replayed, redacted, events, step, counted, held_back] =
      detection;  // each of `events` was redacted when it was made
  Redaction redaction;
  redaction.add(message);
  for (WhyTerm& term : why.terms) redaction.add(term.value);
  add(redaction, process, argv ? &*argv : nullptr);
  for (ProcessInfo& ancestor : ancestors) add(redaction, ancestor, nullptr);
  for (EventValue& value : values) {
    if (auto* text = std::get_if<std::string>(&value.value)) redaction.add(*text);
    auto* list = std::get_if<std::vector<std::string>>(&value.value);
    if (list == nullptr) continue;
    if (info(value.field).type == Type::kMap) {
      for (std::string& variable : *list) redaction.add_variable(variable);
    } else {
      redaction.add(*list, nullptr);
    }
  }
  redacted = redaction.rewrite();
}

}  // namespace recipe
