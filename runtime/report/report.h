// SPDX-License-Identifier: Apache-2.0
// Match + context → Detection: why, message, identity, secrets masked; and Detection → lines.
#pragma once
#include <memory>

#include "runtime/context/context.h"
#include "runtime/coverage.h"
#include "runtime/detection.h"
#include "runtime/match.h"

namespace recipe {

class Reporter {
 public:
  explicit Reporter(const Artefact& artefact);
  // sequence is given by the engine.
  // Secrets are masked here, the one place before all outputs, unless show_secrets() was called.
  [[nodiscard]] Detection report(const Match& match, const Event& event, Context& context, uint64_t sequence);
  // What make_evidence() of runtime/state has left out, where it is told in the end: the recipe's advice, the host.
  void complete(Detection& detection, const Trigger& trigger, Context& context) const;
  void show_secrets() { redact_ = false; }

 private:
  const Artefact& artefact_;
  std::vector<std::vector<std::string>> read_names_;  // by recipe: the variables of the environment that it asks for
  bool redact_ = true;
};

[[nodiscard]] std::string uuid_v7(int64_t time_unix_ns);
[[nodiscard]] std::string rfc3339(int64_t time_unix_ns);  // 2026-11-23T10:00:00.000000001Z

// One line, without its newline; OUTPUTS' shape. Empty parts are left out.
[[nodiscard]] std::string to_json(const Detection& detection);
// JSON Schema 2020-12 of to_json, generated from the catalogue.
[[nodiscard]] std::string detection_schema();
// The last line of a stream of detections: {"coverage": {...}}.
[[nodiscard]] std::string to_json(const Coverage& coverage);
// Lines for people, indented by two.
[[nodiscard]] std::string to_text(const Coverage& coverage);
// For people: several lines, control characters escaped; colour as asked.
[[nodiscard]] std::string to_text(const Detection& detection, bool colour);
// Control characters, and bytes that are no UTF-8, as \xHH.
[[nodiscard]] std::string printable(std::string_view text);
// Text within an element or a quoted attribute of XML or HTML; for people it goes through printable() first.
[[nodiscard]] std::string escape_markup(std::string_view text);

}  // namespace recipe
