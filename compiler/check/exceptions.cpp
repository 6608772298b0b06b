// SPDX-License-Identifier: Apache-2.0
// `except "..." until 2027-03-01 when ...`, and `except NAME` of what `exception NAME when ...` declares.
#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "compiler/check/check.h"
#include "compiler/check/context.h"
#include "compiler/check/suggest.h"

namespace recipe {

std::optional<int64_t> end_of_day(std::string_view text) {
  const auto number = [&](size_t at, size_t length) {
    int value = -1;
    const char* end = text.data() + at + length;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc() && stop == end ? value : -1;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{number(0, 4)},
                                        std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                        std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  if (!day.ok() || number(0, 4) < 1970 || number(0, 4) > 2200) return std::nullopt;
  const std::chrono::sys_days after = std::chrono::sys_days(day) + std::chrono::days(1);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(after.time_since_epoch()).count();
}

namespace checking {
namespace {

// 0: for ever, or reported.
int64_t until_of(Context& context, DocumentIndex document, const std::optional<ValueId>& written) {
  if (!written) return 0;
  if (!written->valid()) return context.silent_fault(), 0;
  const WrittenValue& value = context.document(document)[*written];
  if (const std::optional<int64_t> end = end_of_day(value.text)) return *end;
  context.fault(Code::kWrongState, value.span, fmt::format("`{}` is no day", spell_value(context, {document, *written})),
                "write it as in `2027-03-01`: the last day on which the exception holds, UTC");
  return 0;
}

std::vector<EventId> events_of(const Recipe& recipe) {
  std::vector<EventId> events;
  for (const On& on : recipe.ons) events.push_back(on.event);
  return events;
}

void unknown_exception(Context& context, DocumentIndex document, const Word& name) {
  if (context.scopes[document].broken) return context.silent_fault();
  const auto elsewhere = context.names.find(name.text);
  if (elsewhere != context.names.end()) {
    const bool exception = elsewhere->second.kind == DeclarationKind::kException;
    Diagnostic& fault = context.fault(
        Code::kUnknownName, name.span,
        exception ? fmt::format("unknown exception `{}`", name.text) : fmt::format("`{}` is no exception", name.text),
        exception ? "is not imported here" : "name one, or write `except when ...`");
    fault.secondary.push_back({elsewhere->second.span, "declared here"});
    if (exception) {
      const Sources& sources = context.compilation.sources;
      fault.hints.push_back(
          fmt::format("import the file that declares it: `import \"{}\"`",
                      import_path(sources[name.span.source].path, sources[elsewhere->second.span.source].path)));
    }
    return;
  }
  std::vector<std::string_view> known;
  for (const auto& [each, declaration] : context.names) {
    if (declaration.kind == DeclarationKind::kException) known.push_back(each);
  }
  const std::string near = suggest(name.text, known);
  Diagnostic& fault =
      context.fault(Code::kUnknownName, name.span, fmt::format("unknown exception `{}`", name.text),
                    near.empty() ? std::string("is declared nowhere") : fmt::format("did you mean `{}`?", near));
  if (!near.empty()) fault.fixes.push_back({name.span, near, "write the name that is near"});
}

// The condition and its place; nullptr: reported.
const WrittenShared* shared_of(Context& context, DocumentIndex& document, const Word& name) {
  const Declaration* declared = context.find(document, name.text);
  if (declared == nullptr || declared->kind != DeclarationKind::kException)
    return unknown_exception(context, document, name), nullptr;
  document = declared->document;
  return &context.document(document).exceptions[declared->index];
}

}  // namespace

void check_exception(Context& context, DocumentIndex document, const WrittenException& written, Recipe& out) {
  Except made;
  made.span = made.use = written.span;
  ExpressionId when = written.when;
  if (written.shared) {
    const WrittenShared* shared = shared_of(context, document, *written.shared);
    if (shared == nullptr) return;
    made.title = shared->name.text;
    made.span = shared->span;
    made.until_unix_ns = until_of(context, document, shared->until);
    when = shared->when;
  } else {
    made.title = written.title ? written.title->text : std::string();
    made.until_unix_ns = until_of(context, document, written.until);
  }
  std::vector<UsedField> used;
  std::optional<Predicate> condition = check_condition(context, document, when, used);
  const std::vector<EventId> events = events_of(out);
  made.events = events_with(events, used);
  if (made.events.empty() && !events.empty()) no_event_fits(context, events, used);
  if (!condition) return;
  made.when = std::move(*condition);
  out.exceptions.push_back(std::move(made));
}

void check_shared_exceptions(Context& context) {
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (const WrittenShared& shared : context.document(i).exceptions) {
      std::vector<UsedField> used;
      (void)check_condition(context, i, shared.when, used);
      (void)until_of(context, i, shared.until);
    }
  }
}

}  // namespace checking
}  // namespace recipe
