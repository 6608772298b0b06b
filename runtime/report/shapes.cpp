// SPDX-License-Identifier: Apache-2.0
// Values of a detection as the printers want them, and the table of formats.
#include "runtime/report/shapes.h"

#include <fmt/format.h>

#include "runtime/catalogue/catalogue.h"

namespace recipe {

std::span<const FormatInfo> all_formats() {
  static constexpr FormatInfo kInfos[] = {
#define FORMAT(id, name, layout, doc) {Format::k##id, name, Layout::layout, doc},
#include "runtime/report/formats.def"
  };
  return kInfos;
}

const FormatInfo& info(Format format) {
  return all_formats()[static_cast<size_t>(format)];
}

const FormatInfo* find_format(std::string_view name) {
  const auto formats = all_formats();
  const auto found = std::find_if(formats.begin(), formats.end(), [&](const FormatInfo& each) { return each.name == name; });
  return found == formats.end() ? nullptr : &*found;
}

std::unique_ptr<Printer> make_printer(Format format, const PrintOptions& options) {
  switch (format) {
#define FORMAT(id, name, layout, doc) \
  case Format::k##id:                 \
    return make_##id##_printer(options);
#include "runtime/report/formats.def"
  }
  return nullptr;
}

const EventValue* find_value(const Detection& detection, FieldId field) {
  for (const EventValue& value : detection.values) {
    if (value.field == field) return &value;
  }
  return nullptr;
}

std::optional<int64_t> number_of(const Detection& detection, FieldId field) {
  const EventValue* value = find_value(detection, field);
  const auto* number = value == nullptr ? nullptr : std::get_if<int64_t>(&value->value);
  return number == nullptr ? std::nullopt : std::optional<int64_t>(*number);
}

std::optional<std::string> text_of(const Detection& detection, FieldId field) {
  const EventValue* value = find_value(detection, field);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->value);
  return text == nullptr ? std::nullopt : std::optional<std::string>(printable(*text));
}

ImageName split_image(const std::string& image) {
  const std::string name = image.substr(0, image.find('@'));
  const size_t slash = name.rfind('/'), colon = name.rfind(':');
  // A colon before the last slash is that of a registry's port.
  if (colon == std::string::npos || (slash != std::string::npos && colon < slash)) return {name, {}};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

std::string container_words(const Detection& detection) {
  constexpr size_t kShownId = 12;  // as the runtimes' own tools print it
  const auto id = text_of(detection, FieldId::container_id);
  if (!id) return {};
  std::string out = id->substr(0, kShownId);
  if (const auto name = text_of(detection, FieldId::container_name)) out += " " + *name;
  std::string rest = text_of(detection, FieldId::container_runtime).value_or("");
  const auto add = [&](const std::string& words) { rest += (rest.empty() ? "" : ", ") + words; };
  if (const auto image = text_of(detection, FieldId::container_image)) add("image " + *image);
  const auto pod = text_of(detection, FieldId::container_pod), space = text_of(detection, FieldId::container_namespace);
  if (pod) add("pod " + (space ? *space + "/" : "") + *pod);
  return rest.empty() ? out : out + " (" + rest + ")";
}

std::string job_words(const Detection& detection) {
  std::string out = text_of(detection, FieldId::ci_provider).value_or("");
  if (out.empty()) return {};
  if (const auto repository = text_of(detection, FieldId::ci_repository)) out += " " + *repository;
  constexpr std::pair<std::string_view, FieldId> kParts[] = {{"workflow", FieldId::ci_workflow},
                                                             {"job", FieldId::ci_job},
                                                             {"run", FieldId::ci_run_id},
                                                             {"pull request", FieldId::ci_pull_request},
                                                             {"by", FieldId::ci_actor}};
  for (const auto& [word, field] : kParts) {
    if (const auto value = text_of(detection, field)) out += fmt::format(", {} {}", word, *value);
  }
  return out;
}

const std::string& title_of(const Detection& detection) {
  return detection.title.empty() ? detection.recipe : detection.title;
}

std::string shorten(std::string_view text, size_t most) {
  constexpr std::string_view kCut = "…";
  std::string out = printable(text.substr(0, most + kCut.size()));
  if (out.size() <= most && text.size() <= most) return out;
  size_t end = std::min(out.size(), most - kCut.size());
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;
  return out.substr(0, end).append(kCut);
}

std::string fingerprint(const Detection& detection) {
  // FNV-1a, twice with other beginnings: to tell findings apart, not to keep a secret.
  std::string bytes;
  for (const std::string& part :
       {detection.recipe, detection.event, detection.process.exe.value_or(""), detection.process.cmdline.value_or(""),
        text_of(detection, FieldId::file_path).value_or("")}) {
    bytes.append(part).push_back('\0');
  }
  std::string digits;
  for (uint64_t hash : {0xcbf29ce484222325ULL, 0x84222325cbf29ce4ULL}) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    digits += fmt::format("{:016x}", hash);
  }
  return digits;
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Place place_of(const Detection& detection, const PrintOptions& options) {
  if (!options.workflow.empty()) return {printable(options.workflow), 1};
  return {printable(detection.why.file), std::max<uint32_t>(detection.why.line, 1)};
}

std::string tree_of(const Detection& detection) {
  constexpr size_t kShown = 240;
  std::string text;
  const auto add = [&](const ProcessInfo& process) {
    text += fmt::format("{}{} {}{}", text.empty() ? "" : " ← ", process.pid ? std::to_string(*process.pid) : "?",
                        printable(process.name.value_or(process.comm.value_or("?"))),
                        process.cmdline ? " (" + shorten(*process.cmdline, kShown) + ")" : "");
  };
  add(detection.process);
  for (const ProcessInfo& ancestor : detection.ancestors) add(ancestor);
  return text;
}

std::string explain(const Detection& detection) {
  std::string text = printable(detection.message);
  text += "\nwhy: " + printable(detection.why.clause);
  for (const WhyTerm& term : detection.why.terms) {
    if (!term.value.empty()) text += fmt::format("\n  {} ({})", printable(term.text), printable(term.value));
  }
  text += "\nprocess: " + tree_of(detection);
  if (detection.process.exe) text += "\nexecutable: " + printable(*detection.process.exe);
  if (const std::string words = container_words(detection); !words.empty()) text += "\ncontainer: " + words;
  if (const std::string words = job_words(detection); !words.empty()) text += "\njob: " + words;
  for (const std::string& action : detection.actions) text += "\ndo: " + printable(action);
  return text + fmt::format("\nat {}, id {}", rfc3339(detection.time_unix_ns), detection.id);
}

}  // namespace recipe
