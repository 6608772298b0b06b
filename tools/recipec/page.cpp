// SPDX-License-Identifier: Apache-2.0
// See page.h. The author's texts are Markdown already and stand as written; names and values are escaped.
#include "tools/recipec/page.h"

#include <algorithm>
#include <map>

#include "runtime/artefact/names.h"

namespace recipe::recipec {

std::string heading(std::string_view name) {
  std::string out;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find_first_of("_ ", at), name.size());
    std::string word(name.substr(at, end - at));
    const bool small =
        !out.empty() && (word == "and" || word == "of" || word == "or" || word == "the" || word == "for" || word == "to");
    if (!small && !word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
    out += (out.empty() ? "" : " ") + word;
    at = end + 1;
  }
  return out;
}

std::string dedented(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const auto blank = [](std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; };
  size_t shared = std::string_view::npos;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (!blank(lines[i])) shared = std::min(shared, lines[i].find_first_not_of(" \t"));
  }
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string_view line = blank(lines[i]) ? std::string_view() : lines[i];
    if (i == 0) {
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    } else if (shared != std::string_view::npos) {
      line.remove_prefix(std::min(shared, line.size()));
    }
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
    if (out.empty() && line.empty()) continue;
    out += std::string(line) + "\n";
  }
  while (out.size() > 1 && out.ends_with("\n\n")) out.pop_back();
  return out == "\n" ? std::string() : out;
}

namespace {

// In running text: what Markdown or HTML would read as its own is escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// Words of the recipe as a code block; its fence is longer than any run of backticks inside.
std::string code(const Sources& sources, Span span) {
  const std::string_view words = sources.text(span);
  size_t run = 0;
  size_t longest = 0;
  for (const char c : words) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<size_t>(3, longest + 1), '`');
  // The first line begins where the words do; the others keep the indentation they have beyond it.
  const uint32_t column = sources.position(span.source, span.begin).column;
  std::string out = std::string(column - 1, ' ') + std::string(words);
  return fence + "recipe\n" + dedented("\n" + out) + fence + "\n";
}

void part(std::string& out, const char* title, const std::string& text) {
  out += std::string("\n## ") + title + "\n\n" + (text.empty() ? "Not written yet.\n" : text);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + escaped(word);
  return out;
}

std::string information(const Recipe& recipe) {
  const RecipeInfo& info = recipe.info;
  std::string out = "| | |\n|---|---|\n";
  const auto row = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += std::string("| ") + name + " | " + value + " |\n";
  };
  row("Description", escaped(info.title));
  row("Category", escaped(heading(info.category)));
  row("Method", escaped(heading(info.method)));
  row("Importance", heading(importance_name(info.importance)));
  std::string attack;
  for (const AttackReference& each : info.attack) {
    attack += (attack.empty() ? "" : ", ") + ("[" + escaped(each.id) + "](" + attack_url(each.id) + ")") +
              (each.name.empty() ? "" : " " + escaped(each.name));
  }
  row("ATT&CK", attack);
  row("Version",
      std::to_string(info.version) + ", " + std::string(status_name(info.status)) + (info.enabled ? "" : ", switched off"));
  row("Deprecated", escaped(info.deprecated));
  row("Author", escaped(info.author));
  row("Tags", joined(info.tags));
  return out;
}

std::string bullets(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) {
    std::string text = dedented(item);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    out += "- ";
    for (const char c : text) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string page_of(const Recipe& recipe, const Sources& sources) {
  const RecipeInfo& info = recipe.info;
  std::string out = "# " + escaped(info.title.empty() ? info.name : info.title) + "\n\n`" + info.name + "`\n";
  part(out, "Quick Explanation", dedented(info.doc.quick));
  part(out, "Information", information(recipe));
  part(out, "Analysis of the Event", dedented(info.doc.analysis));
  part(out, "Implications for the CI/CD Pipeline", dedented(info.doc.implications));
  part(out, "Recommended Actions", bullets(info.doc.actions));
  if (!info.false_positives.empty()) part(out, "False Positives", bullets(info.false_positives));
  if (!recipe.evasions.empty()) part(out, "What Gets Away", bullets(recipe.evasions));

  std::string conditions;
  for (const On& on : recipe.ons) {
    if (on.step == 0) conditions += code(sources, on.span);
  }
  if (recipe.state.sequence) conditions += code(sources, recipe.state.sequence_span);
  for (const Span span : recipe.state.count_spans) conditions += code(sources, span);
  if (recipe.state.seen) conditions += code(sources, recipe.state.seen_span);
  part(out, "Condition", conditions);
  if (!recipe.exceptions.empty()) {
    std::string exceptions;
    for (const Except& each : recipe.exceptions) exceptions += code(sources, each.span);
    part(out, "Exceptions", exceptions);
  }
  if (!recipe.tunes.empty()) {
    std::string tunes;
    for (const Span tune : recipe.tunes) {
      tunes += "- `" + sources[tune.source].path + ":" + std::to_string(sources.position(tune.source, tune.begin).line) + "`\n";
    }
    part(out, "Tuned By", tunes);
  }
  if (!recipe.tests.empty()) {
    std::string examples;
    const auto list = [&](TestExpectation expectation, const std::string& head) {
      std::string titles;
      for (const RecipeTest& test : recipe.tests)
        if (test.expectation == expectation) titles += "- " + escaped(test.title) + "\n";
      if (!titles.empty()) examples += (examples.empty() ? "" : "\n") + head + ":\n\n" + titles;
    };
    list(TestExpectation::kMatch, "Seen");
    list(TestExpectation::kMark, "Remembered");
    list(TestExpectation::kNothing, "Not seen, and rightly so");
    part(out, "Examples", examples);
  }
  if (!info.references.empty()) part(out, "References", bullets(info.references));
  return out;
}

std::string index_of(const std::vector<const Recipe*>& recipes) {
  std::map<std::string, std::vector<const Recipe*>> categories;
  for (const Recipe* recipe : recipes)
    categories[recipe->info.category.empty() ? "other" : recipe->info.category].push_back(recipe);
  std::string out = "# Recipes\n";
  for (auto& [category, members] : categories) {
    std::stable_sort(members.begin(), members.end(), [](const Recipe* a, const Recipe* b) {
      return a->info.importance != b->info.importance ? a->info.importance > b->info.importance : a->info.name < b->info.name;
    });
    out += "\n## " + escaped(heading(category)) + "\n\n| recipe | what it sees | importance |\n|---|---|---|\n";
    for (const Recipe* recipe : members) {
      out += "| [" + escaped(recipe->info.name) + "](" + recipe->info.name + ".md) | " + escaped(recipe->info.title) + " | " +
             heading(importance_name(recipe->info.importance)) + " |\n";
    }
  }
  return out;
}

}  // namespace recipe::recipec
