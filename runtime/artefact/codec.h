// SPDX-License-Identifier: Apache-2.0
// The artefact's body, field by field: one list of fields for writer and reader, so that they cannot disagree. Private to
// encode.cpp and decode.cpp.
//
// Numbers are LEB128 (signed ones zigzag first), texts and lists their length and then their content. `Io` is Writer or Reader;
// a Reader that has failed reads zeros and ends every list, so no step needs to ask.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "runtime/artefact/artefact.h"

namespace recipe::codec {

class Writer {
 public:
  static constexpr bool kReads = false;
  explicit Writer(std::string& out) : out_(out) {}

  void unsigned_number(uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  void text(std::string_view text) {
    unsigned_number(text.size());
    out_.append(text);
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::string_view in) : in_(in) {}

  uint64_t unsigned_number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) break;
      const auto byte = static_cast<unsigned char>(in_.front());
      in_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;  // the tenth byte holds one bit
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) {
        if (byte == 0 && shift > 0) break;  // one number has one spelling
        return value;
      }
    }
    failed_ = true;
    in_ = {};
    return 0;
  }
  void text(std::string& text) {
    const uint64_t bytes = unsigned_number();
    if (bytes > in_.size()) return fail();
    text.assign(in_.substr(0, bytes));
    in_.remove_prefix(bytes);
  }
  void fail() {
    failed_ = true;
    in_ = {};
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] size_t left() const { return in_.size(); }

 private:
  std::string_view in_;
  bool failed_ = false;
};

// T to read into, const T to write from.
template <class Io, class T>
using Value = std::conditional_t<Io::kReads, T, const T>;

template <class Io, class T>
void number(Io& io, T& value) {
  using Plain = std::remove_const_t<T>;
  static_assert(std::is_integral_v<Plain> || std::is_enum_v<Plain>);
  if constexpr (Io::kReads) {
    const uint64_t raw = io.unsigned_number();
    if constexpr (std::is_enum_v<Plain>) {
      using Under = std::underlying_type_t<Plain>;
      if (raw > std::numeric_limits<Under>::max()) return io.fail();
      value = static_cast<Plain>(static_cast<Under>(raw));  // verify() asks whether it is an enumerator
    } else if constexpr (std::is_same_v<Plain, bool>) {
      if (raw > 1) return io.fail();
      value = raw == 1;
    } else if constexpr (std::is_signed_v<Plain>) {
      static_assert(sizeof(Plain) == 8);
      value = static_cast<int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
    } else {
      if (raw > std::numeric_limits<Plain>::max()) return io.fail();
      value = static_cast<Plain>(raw);
    }
  } else if constexpr (std::is_signed_v<Plain> && !std::is_enum_v<Plain>) {
    io.unsigned_number((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  } else {
    io.unsigned_number(static_cast<uint64_t>(value));
  }
}

// Elements are read one by one, each at least a byte: a huge count costs nothing before the bytes end.
template <class Io, class List, class Each>
void list(Io& io, List& elements, Each each) {
  if constexpr (Io::kReads) {
    uint64_t count = io.unsigned_number();
    if (count > io.left()) return io.fail();
    for (; count > 0 && !io.failed(); --count) each(elements.emplace_back());
  } else {
    io.unsigned_number(elements.size());
    for (const auto& element : elements) each(element);
  }
}

template <class Io, class List>
void texts(Io& io, List& elements) {
  list(io, elements, [&](auto& element) { io.text(element); });
}

template <class Io>
void visit(Io& io, Value<Io, Literal>& literal) {
  uint8_t kind = static_cast<uint8_t>(literal.index());
  number(io, kind);
  if (kind == 0) {
    if constexpr (Io::kReads) literal = int64_t{0};
    number(io, std::get<0>(literal));
  } else if (kind == 1) {
    if constexpr (Io::kReads) literal = std::string();
    io.text(std::get<1>(literal));
  } else if constexpr (Io::kReads) {
    io.fail();
  }
}

template <class Io>
void visit(Io& io, Value<Io, TextPart>& part) {
  uint8_t kind = static_cast<uint8_t>(part.index());
  number(io, kind);
  if (kind == 0) {
    if constexpr (Io::kReads) part = std::string();
    io.text(std::get<0>(part));
  } else if (kind == 1) {
    if constexpr (Io::kReads) part = FieldId::kNone;
    number(io, std::get<1>(part));
  } else if constexpr (Io::kReads) {
    io.fail();
  }
}

template <class Io>
void visit(Io& io, Value<Io, Test>& test) {
  number(io, test.subject.field);
  number(io, test.subject.variable);
  number(io, test.subject.selector);
  number(io, test.subject.operand);
  io.text(test.subject.option);
  number(io, test.over);
  number(io, test.op);
  number(io, test.nocase);
  list(io, test.literals, [&](auto& literal) { visit(io, literal); });
  list(io, test.right, [&](auto& part) { visit(io, part); });
  number(io, test.table);
}

template <class Io>
void visit(Io& io, Value<Io, Program>& program) {
  list(io, program.nodes, [&](auto& node) {
    number(io, node.kind);
    number(io, node.negated);
    number(io, node.list);
    number(io, node.end);
    number(io, node.test);
    number(io, node.passage);
  });
  list(io, program.tests, [&](auto& test) { visit(io, test); });
}

// Ends of entries as the bytes between them: mostly one each, where the ends themselves would take three and four.
template <class Io>
void visit(Io& io, Value<Io, ValueTable>& table) {
  io.text(table.name);
  io.text(table.path);
  io.text(table.bytes);
  uint32_t before = 0;
  list(io, table.entries, [&](auto& end) {
    uint32_t step = Io::kReads ? 0 : static_cast<uint32_t>(end - before);
    number(io, step);
    if constexpr (Io::kReads) {
      if (step > table.bytes.size() - before) return io.fail();
      end = before + step;
    }
    before = end;
  });
}

template <class Io>
void visit(Io& io, Value<Io, OptionTable>& table) {
  const auto options = [&](auto& specs) {
    list(io, specs, [&](auto& spec) {
      io.text(spec.name);
      number(io, spec.value);
      number(io, spec.ends);
    });
  };
  io.text(table.pattern);
  options(table.shorts);
  options(table.longs);
  options(table.words);
  number(io, table.permute);
}

template <class Io>
void visit(Io& io, Value<Io, GroupBy>& by) {
  number(io, by.relation);
  list(io, by.fields, [&](auto& field) { number(io, field); });
}

template <class Io>
void visit(Io& io, Value<Io, Count>& count) {
  number(io, count.least);
  number(io, count.within_ns);
  visit(io, count.by);
  number(io, count.passage);
}

template <class Io>
void visit(Io& io, Value<Io, UnlessSeen>& seen) {
  list(io, seen.fields, [&](auto& field) { number(io, field); });
  number(io, seen.within_ns);
  number(io, seen.passage);
}

template <class Io>
void visit(Io& io, Value<Io, Sequence>& sequence) {
  visit(io, sequence.by);
  number(io, sequence.within_ns);
  list(io, sequence.steps, [&](auto& step) {
    io.text(step.name);
    number(io, step.absent);
    number(io, step.passage);
  });
  number(io, sequence.passage);
}

template <class Io>
void visit(Io& io, Value<Io, Throttle>& throttle) {
  number(io, throttle.count);
  number(io, throttle.period_ns);
  list(io, throttle.by, [&](auto& field) { number(io, field); });
}

template <class Io, class Part>
void optional(Io& io, Part& part) {
  bool there = part.has_value();
  number(io, there);
  if (!there) return;
  if constexpr (Io::kReads) part.emplace();
  visit(io, *part);
}

template <class Io>
void visit(Io& io, Value<Io, RecipeInfo>& recipe) {
  io.text(recipe.name);
  io.text(recipe.title);
  io.text(recipe.category);
  io.text(recipe.method);
  io.text(recipe.author);
  number(io, recipe.importance);
  number(io, recipe.status);
  number(io, recipe.version);
  number(io, recipe.enabled);
  io.text(recipe.deprecated);
  list(io, recipe.attack, [&](auto& reference) {
    io.text(reference.id);
    io.text(reference.name);
    io.text(reference.tactic);
  });
  texts(io, recipe.tags);
  texts(io, recipe.references);
  texts(io, recipe.false_positives);
  io.text(recipe.doc.quick);
  io.text(recipe.doc.analysis);
  io.text(recipe.doc.implications);
  texts(io, recipe.doc.actions);
  optional(io, recipe.throttle);
  optional(io, recipe.unless_seen);
  optional(io, recipe.sequence);
  list(io, recipe.exceptions, [&](auto& exception) {
    io.text(exception.title);
    number(io, exception.event);
    visit(io, exception.program);
    number(io, exception.passage);
    number(io, exception.until_unix_ns);
  });
  list(io, recipe.tunes, [&](auto& passage) { number(io, passage); });
  number(io, recipe.passage);
}

template <class Io>
void visit(Io& io, Value<Io, Trigger>& trigger) {
  number(io, trigger.recipe.value);
  number(io, trigger.event);
  number(io, trigger.importance);
  list(io, trigger.message, [&](auto& part) { visit(io, part); });
  visit(io, trigger.program);
  number(io, trigger.passage);
  number(io, trigger.report);
  list(io, trigger.marks, [&](auto& mark) {
    number(io, mark.target);
    io.text(mark.name);
    number(io, mark.for_ns);
  });
  number(io, trigger.count);
  number(io, trigger.step);
}

template <class Io>
void visit(Io& io, Value<Io, ClauseInfo>& clause) {
  number(io, clause.trigger.value);
  list(io, clause.terms, [&](auto& term) {
    number(io, term.node);
    number(io, term.in_kernel);
    number(io, term.exact);
  });
  number(io, clause.exact);
}

template <class Io>
void visit(Io& io, Value<Io, FilterTerm>& term) {
  number(io, term.lane);
  number(io, term.negated);
  list(io, term.keys, [&](auto& key) {
    number(io, key.kind);
    number(io, key.is_number);
    number(io, key.number);
    number(io, key.last);
    io.text(key.text);
  });
}

template <class Io>
void visit(Io& io, Value<Io, Filter>& filter) {
  list(io, filter.blocks, [&](auto& block) {
    number(io, block.event);
    texts(io, block.names);
    list(io, block.slots, [&](auto& slot) {
      list(io, slot.terms, [&](auto& term) { visit(io, term); });
      list(io, slot.clauses, [&](auto& clause) { number(io, clause.value); });
      number(io, slot.marks);
    });
  });
  list(io, filter.tags, [&](auto& tag) {
    texts(io, tag.names);
    io.text(tag.mark);
  });
  texts(io, filter.environment);
  number(io, filter.writers);
  number(io, filter.commands);
}

template <class Io>
void visit(Io& io, Value<Io, Artefact>& artefact) {
  texts(io, artefact.files);
  list(io, artefact.passages, [&](auto& passage) {
    number(io, passage.file);
    number(io, passage.line);
    io.text(passage.text);
  });
  list(io, artefact.option_tables, [&](auto& table) { visit(io, table); });
  list(io, artefact.tables, [&](auto& table) { visit(io, table); });
  list(io, artefact.counts, [&](auto& count) { visit(io, count); });
  list(io, artefact.recipes, [&](auto& recipe) { visit(io, recipe); });
  list(io, artefact.triggers, [&](auto& trigger) { visit(io, trigger); });
  list(io, artefact.clauses, [&](auto& clause) { visit(io, clause); });
  visit(io, artefact.filter);
}

}  // namespace recipe::codec
