// SPDX-License-Identifier: Apache-2.0
// The left side of a test, resolved: fields, loop variables, macro parameters.
#pragma once
#include "compiler/check/context.h"

namespace recipe::checking {

// An open `any NAME in LIST:`. Seen from its own place only: a macro's body does not see its caller's variables.
struct Loop {
  std::string_view name;
  FieldId list = FieldId::kNone;
  const Environment* environment = nullptr;
  Span span;
};

enum class SubjectKind : uint8_t { kField, kElement, kRecord, kHole };

struct ResolvedSubject {
  SubjectKind kind = SubjectKind::kField;
  Subject subject;                  // selector not yet filled
  Type type = Type::kString;        // kField, kElement
  std::string spelled;              // for messages
  Span span;                        // where the field is named: in a macro's call, the argument
  FieldId record = FieldId::kNone;  // kRecord: a loop's variable by itself, of this record list
};

// nullopt: reported.
std::optional<ResolvedSubject> resolve_subject(Context& context, Place place, const std::vector<Loop>& loops,
                                               std::string_view path, Span span);

}  // namespace recipe::checking
