// SPDX-License-Identifier: Apache-2.0
// A program of the build: grammar/*.g4 as ANTLR has read it → RecipeTables.h, to stdout. What ANTLR would find out anew in
// every process, behind locks and pointers, is found beforehand by its own steps, so the grammar stays the only law:
//  - lexer_table: the lexer's automaton, which tokens.cpp walks.
//  - next_tokens: for each of the parser's states which tokens may come next, which grammar_parser.cpp asks at each option and
//  loop.
// Limits: a lexer of one mode without predicates, fewer than 2^15 states, 126 kinds of tokens; another grammar is refused.
#include <RecipeLexer.h>
#include <RecipeParser.h>
#include <antlr4-runtime.h>

#include <cstdio>
#include <map>
#include <set>
#include <vector>

namespace recipe {
namespace {

constexpr size_t kBytes = 128;       // tokens.cpp shows every byte above as 127
constexpr uint32_t kDead = 0;        // no token goes on so
constexpr uint32_t kSkips = 0x8000;  // of an accepted kind: the token is passed over

constexpr size_t kKinds = 126;     // of tokens; the last two bits of a set are not theirs
constexpr size_t kRuleEnds = 127;  // bit of a set: the rule may end here

using Row = std::vector<uint32_t>;  // by byte

struct Automaton {
  std::vector<Row> next;          // by state; 0: dead, 1: where each token begins
  std::vector<uint32_t> accepts;  // by state: a kind, with kSkips; 0: no token ends here
};

// Walks every edge of the automaton with the simulator's own steps.
class Explorer final : public antlr4::atn::LexerATNSimulator {
 public:
  Explorer(const antlr4::atn::ATN& automaton, std::vector<antlr4::dfa::DFA>& states, antlr4::atn::PredictionContextCache& cache)
      : LexerATNSimulator(nullptr, automaton, states, cache) {}

  Automaton explore() {
    antlr4::ANTLRInputStream nothing("");
    _mode = 0;
    auto start = computeStartState(&nothing, atn.modeToStartState[0]);
    start->hasSemanticContext = false;
    std::vector<antlr4::dfa::DFAState*> found = {addDFAState(start.release())};
    std::map<antlr4::dfa::DFAState*, uint32_t> numbers = {{found[0], 1}};
    Automaton out{{Row(kBytes, kDead)}, {0}};
    for (size_t i = 0; i < found.size(); ++i) {  // grows while states are found
      Row row(kBytes, kDead);
      for (size_t byte = 0; byte < kBytes; ++byte) {
        antlr4::dfa::DFAState* to = computeTargetState(&nothing, found[i], byte);
        if (to == ERROR.get()) continue;
        const auto [known, fresh] = numbers.emplace(to, static_cast<uint32_t>(found.size() + 1));
        if (fresh) found.push_back(to);
        row[byte] = known->second;
      }
      out.next.push_back(std::move(row));
      out.accepts.push_back(found[i]->isAcceptState ? accepted(*found[i]) : 0);
    }
    return out;
  }

 private:
  static uint32_t accepted(const antlr4::dfa::DFAState& state) {
    bool skips = false;
    if (state.lexerActionExecutor != nullptr) {
      for (const auto& action : state.lexerActionExecutor->getLexerActions())
        skips = skips || action->getActionType() == antlr4::atn::LexerActionType::SKIP;
    }
    return static_cast<uint32_t>(state.prediction) | (skips ? kSkips : 0);
  }
};

// States that no text tells apart become one (Moore): they begin as one class a kind, and a class is split while two of its
// states lead to different classes.
Automaton merge_equal_states(const Automaton& all) {
  const size_t count = all.next.size();
  std::vector<uint32_t> of(count);  // class of each state; the dead one and the first stay 0 and 1
  size_t classes = 0;
  while (true) {
    std::map<std::vector<uint32_t>, uint32_t> seen;
    std::vector<uint32_t> now(count);
    for (size_t state = 0; state < count; ++state) {
      std::vector<uint32_t> key = {of[state], all.accepts[state], state == 0 ? 1U : 0U};
      for (const uint32_t to : all.next[state]) key.push_back(to == kDead ? UINT32_MAX : of[to]);
      now[state] = seen.emplace(std::move(key), static_cast<uint32_t>(seen.size())).first->second;
    }
    of = std::move(now);
    if (seen.size() == classes) break;
    classes = seen.size();
  }
  Automaton out{std::vector<Row>(classes, Row(kBytes, kDead)), std::vector<uint32_t>(classes, 0)};
  for (size_t state = 0; state < count; ++state) {
    for (size_t byte = 0; byte < kBytes; ++byte) out.next[of[state]][byte] = of[all.next[state][byte]];
    out.accepts[of[state]] = all.accepts[state];
  }
  return out;
}

template <class Values>
void print_array(const char* type, const char* name, const Values& values) {
  std::printf("inline constexpr %s %s[] = {", type, name);
  for (size_t i = 0; i < values.size(); ++i)
    std::printf("%s0x%llx", i == 0 ? "" : i % 24 == 0 ? ",\n  " : ",", static_cast<unsigned long long>(values[i]));
  std::printf("};\n");
}

// Bytes that every state treats alike share a column.
void print_table(const Automaton& automaton) {
  std::map<std::vector<uint32_t>, uint32_t> columns;
  std::vector<uint32_t> column_of(256), first;
  for (size_t byte = 0; byte < kBytes; ++byte) {
    std::vector<uint32_t> column;
    for (const Row& row : automaton.next) column.push_back(row[byte]);
    const auto [known, fresh] = columns.emplace(std::move(column), static_cast<uint32_t>(columns.size()));
    if (fresh) first.push_back(static_cast<uint32_t>(byte));
    column_of[byte] = known->second;
  }
  for (size_t byte = kBytes; byte < column_of.size(); ++byte) column_of[byte] = column_of[kBytes - 1];
  std::vector<uint32_t> next;
  for (const Row& row : automaton.next) {
    for (const uint32_t byte : first) next.push_back(row[byte]);
  }
  std::printf("namespace recipe::grammar::lexer_table {\n\n");
  std::printf("inline constexpr size_t kColumns = %zu;\ninline constexpr uint16_t kDead = %u, kStart = 1, kSkips = %u;\n",
              first.size(), kDead, kSkips);
  print_array("uint8_t", "kColumn", column_of);
  print_array("uint16_t", "kNext", next);
  print_array("uint16_t", "kAccepts", automaton.accepts);
  std::printf("\n}  // namespace recipe::grammar::lexer_table\n");
}

// Two words a state: bit k of the first for kind k, of the second for kind 64 + k.
void print_next_tokens(const antlr4::atn::ATN& parser) {
  std::vector<uint64_t> words;
  for (antlr4::atn::ATNState* state : parser.states) {
    uint64_t set[2] = {0, 0};
    const antlr4::misc::IntervalSet next = state == nullptr ? antlr4::misc::IntervalSet() : parser.nextTokens(state);
    const auto add = [&](size_t bit) { set[bit / 64] |= uint64_t{1} << bit % 64; };
    for (size_t kind = 0; kind < kKinds; ++kind) {
      if (next.contains(kind)) add(kind);
    }
    if (next.contains(antlr4::Token::EPSILON)) add(kRuleEnds);
    words.push_back(set[0]);
    words.push_back(set[1]);
  }
  std::printf("namespace recipe::grammar::next_tokens {\n\n");
  std::printf("inline constexpr size_t kKinds = %zu, kRuleEnds = %zu;\n", kKinds, kRuleEnds);
  print_array("uint64_t", "kSets", words);
  std::printf("\n}  // namespace recipe::grammar::next_tokens\n");
}

bool fits(const antlr4::atn::ATN& lexer) {
  if (lexer.modeToStartState.size() != 1 || lexer.maxTokenType >= kKinds) return false;
  for (const antlr4::atn::ATNState* state : lexer.states) {
    for (const antlr4::atn::Transition* edge : state->transitions) {
      if (edge->getSerializationType() == antlr4::atn::Transition::PREDICATE) return false;
    }
  }
  return true;
}

int run() {
  antlr4::ANTLRInputStream text("");
  grammar::RecipeLexer lexer(&text);
  antlr4::CommonTokenStream tokens(&lexer);
  const grammar::RecipeParser parser(&tokens);
  const antlr4::atn::ATN& atn = lexer.getATN();
  if (!fits(atn)) {
    std::fputs("the lexer has several modes, a predicate or too many kinds of tokens: no table holds them\n", stderr);
    return 1;
  }
  std::vector<antlr4::dfa::DFA> states;
  states.emplace_back(atn.getDecisionState(0), 0);
  antlr4::atn::PredictionContextCache cache;
  const Automaton automaton = merge_equal_states(Explorer(atn, states, cache).explore());
  if (automaton.next.size() >= kSkips) {
    std::fputs("the lexer's table has too many states\n", stderr);
    return 1;
  }
  std::printf(
      "// Generated from grammar/ by compiler/syntax/make_tables.cpp.\n#pragma once\n#include <cstddef>\n#include "
      "<cstdint>\n\n");
  print_table(automaton);
  std::printf("\n");
  print_next_tokens(parser.getATN());
  return 0;
}

}  // namespace
}  // namespace recipe

int main() {
  return recipe::run();
}
