// SPDX-License-Identifier: Apache-2.0
// See site.h. Names of recipes are identifiers, so they are names of files and fragments as they are.
#include "tools/recipec/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/syntax/tokens.h"
#include "runtime/artefact/names.h"
#include "runtime/report/report_page.h"
#include "tools/recipec/markdown.h"
#include "tools/recipec/page.h"

namespace recipe::recipec {
namespace {

using Recipes = std::vector<const Recipe*>;

// 'self' is the folder that the page lies in and below, on a server as well as from file://.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; base-uri 'none'; form-action 'none'";

const std::string& title_of(const Recipe& recipe) {
  return recipe.info.title.empty() ? recipe.info.name : recipe.info.title;
}

// root: "" or "../", from the page to the site's folder.
std::string frame(std::string_view title, std::string_view root, std::string_view here, std::string_view body) {
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n<link rel=\"stylesheet\" href=\"{}style.css\">\n<script src=\"{}search.js\" defer></script>\n"
      "</head>\n<body>\n<a class=\"skip\" href=\"#content\">To the content</a>\n<nav aria-label=\"Site\">\n",
      kPolicy, inert_html(title), root, root);
  constexpr std::pair<std::string_view, std::string_view> kViews[] = {
      {"index.html", "Tactics"}, {"importance.html", "Importance"}, {"attack.html", "ATT&amp;CK"}};
  for (const auto& [file, name] : kViews) {
    out += fmt::format("<a href=\"{}{}\"{}>{}</a>\n", root, file, file == here ? " aria-current=\"page\"" : "", name);
  }
  return out + "</nav>\n<main id=\"content\">\n" + std::string(body) + "</main>\n</body>\n</html>\n";
}

std::string badge(std::string_view importance) {
  return fmt::format("<span class=\"badge {0}\">{0}</span>", importance);
}

// What the search looks through, in lower case.
std::string words_of(const Recipe& recipe) {
  const RecipeInfo& info = recipe.info;
  std::string words = info.name + " " + info.title + " " + heading(info.category) + " " + heading(info.method) + " " +
                      std::string(importance_name(info.importance)) + " " + info.doc.quick;
  for (const std::string& tag : info.tags) words += " " + tag;
  for (const AttackReference& each : info.attack) words += " " + each.id + " " + each.name + " " + each.tactic;
  std::string out;
  for (const char c : words) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (space && out.ends_with(' ')) continue;
    out += space ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return inert_html(out);
}

std::string entry(const Recipe& recipe) {
  const std::string quick = dedented(recipe.info.doc.quick);
  return fmt::format("<li data-words=\"{}\"><a href=\"recipes/{}.html\">{}</a> {}{}\n<p>{}</p></li>\n", words_of(recipe),
                     recipe.info.name, inert_html(title_of(recipe)), badge(importance_name(recipe.info.importance)),
                     recipe.info.enabled ? "" : " <span class=\"badge none\">off</span>",
                     markdown_html(quick.substr(0, quick.find("\n\n")), true));
}

std::string list(const Recipes& recipes) {
  std::string out = "<ul class=\"recipes\">\n";
  for (const Recipe* recipe : recipes) out += entry(*recipe);
  return out + "</ul>\n";
}

Recipes sorted(Recipes recipes) {
  std::stable_sort(recipes.begin(), recipes.end(), [](const Recipe* one, const Recipe* other) {
    const auto rank = [](const Recipe* each) { return std::pair(-static_cast<int>(each->info.importance), title_of(*each)); };
    return rank(one) < rank(other);
  });
  return recipes;
}

struct Group {
  std::string anchor, title, link;  // link: where the title leads; may be empty
  Recipes recipes;
};

std::string index(std::string_view file, std::string_view title, std::string_view lead, const std::vector<Group>& groups) {
  std::string body = fmt::format(
      "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n"
      "<p class=\"search\" hidden><input type=\"search\" id=\"search\" aria-label=\"Search the recipes\" placeholder=\"Search: "
      "curl, "
      "T1059, credentials …\"> <span id=\"found\" aria-live=\"polite\"></span></p>\n<ul class=\"contents\">\n",
      title, lead);
  for (const Group& group : groups) {
    body += fmt::format("<li><a href=\"#{}\">{}</a> <span>{}</span></li>\n", inert_html(group.anchor), inert_html(group.title),
                        group.recipes.size());
  }
  body += "</ul>\n";
  for (const Group& group : groups) {
    std::string name = inert_html(group.title);
    if (!group.link.empty()) name += fmt::format(" <a class=\"out\" href=\"{}\">attack.mitre.org</a>", inert_html(group.link));
    body +=
        fmt::format("<section>\n<h2 id=\"{}\">{}</h2>\n{}</section>\n", inert_html(group.anchor), name, list(group.recipes));
  }
  return frame(title, "", file, body);
}

std::vector<Group> by_tactic(const Recipes& recipes) {
  std::map<std::string, Recipes> groups;
  for (const Recipe* recipe : recipes)
    groups[recipe->info.category.empty() ? "other" : recipe->info.category].push_back(recipe);
  std::vector<Group> out;
  for (auto& [name, members] : groups) out.push_back({name, heading(name), "", sorted(std::move(members))});
  return out;
}

std::vector<Group> by_importance(const Recipes& recipes) {
  std::vector<Group> out;
  for (size_t level = std::size(kImportanceNames); level-- > 0;) {
    Group group{std::string(kImportanceNames[level]), heading(kImportanceNames[level]), "", {}};
    for (const Recipe* recipe : recipes)
      if (static_cast<size_t>(recipe->info.importance) == level) group.recipes.push_back(recipe);
    group.recipes = sorted(std::move(group.recipes));
    if (!group.recipes.empty()) out.push_back(std::move(group));
  }
  return out;
}

std::vector<Group> by_technique(const Recipes& recipes) {
  std::map<std::string, Group> groups;
  for (const Recipe* recipe : recipes) {
    for (const AttackReference& each : recipe->info.attack) {
      Group& group = groups[each.id];
      group.anchor = each.id;
      group.title = each.id + (each.name.empty() ? "" : " " + each.name);
      group.link = attack_url(each.id);
      group.recipes.push_back(recipe);
    }
  }
  std::vector<Group> out;
  for (auto& [id, group] : groups) {
    group.recipes = sorted(std::move(group.recipes));
    out.push_back(std::move(group));
  }
  return out;
}

// A recipe's words in colours: comments, texts, numbers and the words of the language.
std::string coloured(std::string_view text) {
  // Words that mean something where they stand, and that the lexer does not tell.
  static const std::set<std::string_view> kWords = {"for", "after", "report", "importance", "message", "seen", "also"};
  std::string out;
  Scanner scanner(text);
  uint32_t at = 0;
  for (Token token = scanner.next(); token.kind != kEndOfText; token = scanner.next()) {
    const std::string_view word = text.substr(token.begin, token.end - token.begin);
    for (const char c : text.substr(at, token.begin - at)) out += c == '\t' ? "  " : std::string(1, c);
    at = token.end;
    const bool digit = !word.empty() && word[0] >= '0' && word[0] <= '9';
    const std::string_view kind = word.starts_with('#')                              ? "comment"
                                  : word.starts_with('"') || word.starts_with("r\"") ? "string"
                                  : digit                                            ? "number"
                                  : is_keyword(token.kind) || kWords.contains(word)  ? "keyword"
                                                                                     : "";
    // Lines of one token (a text block) keep their ends; all else that is no letter is escaped.
    std::string shown;
    for (size_t begin = 0; begin <= word.size();) {
      const size_t end = std::min(word.find('\n', begin), word.size());
      shown += (begin == 0 ? "" : "\n") + inert_html(word.substr(begin, end - begin));
      begin = end + 1;
    }
    out += kind.empty() ? shown : fmt::format("<span class=\"{}\">{}</span>", kind, shown);
  }
  return out;
}

std::string code(const Sources& sources, Span span) {
  const uint32_t column = sources.position(span.source, span.begin).column;
  const std::string words = dedented("\n" + std::string(column - 1, ' ') + std::string(sources.text(span)));
  return "<pre tabindex=\"0\"><code>" + coloured(words) + "</code></pre>\n";
}

void part(std::string& out, std::string_view title, const std::string& html) {
  if (!html.empty()) out += fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", title, html);
}

std::string items(const std::vector<std::string>& texts, std::string_view element) {
  if (texts.empty()) return {};
  std::string out = fmt::format("<{}>\n", element);
  for (const std::string& text : texts) out += "<li>" + markdown_html(dedented(text), true) + "</li>\n";
  return out + fmt::format("</{}>\n", element);
}

std::string references(const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  std::string out = "<ul>\n";
  for (const std::string& text : texts) {
    const std::string words = inert_html(text);
    const bool address = text.starts_with("https://") && text.find_first_of(" \t\n") == std::string::npos;
    out += "<li>" + (address ? fmt::format("<a href=\"{0}\">{0}</a>", words) : words) + "</li>\n";
  }
  return out + "</ul>\n";
}

std::string facts(const Recipe& recipe) {
  const RecipeInfo& info = recipe.info;
  const std::string category = info.category.empty() ? "other" : info.category;
  std::string out = "<dl class=\"facts\">\n";
  const auto row = [&](std::string_view name, const std::string& html) {
    if (!html.empty()) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html);
  };
  row("Tactic", fmt::format("<a href=\"../index.html#{}\">{}</a>", inert_html(category), inert_html(heading(category))));
  row("Method", inert_html(heading(info.method)));
  std::string attack;
  for (const AttackReference& each : info.attack) {
    attack += fmt::format("{}<a href=\"../attack.html#{}\">{}{}</a>", attack.empty() ? "" : ", ", inert_html(each.id),
                          inert_html(each.id), each.name.empty() ? "" : " " + inert_html(each.name));
  }
  row("ATT&amp;CK", attack);
  std::string tags;
  for (const std::string& tag : info.tags) tags += (tags.empty() ? "" : ", ") + inert_html(tag);
  row("Tags", tags);
  row("Version", fmt::format("{}, {}{}", info.version, status_name(info.status), info.enabled ? "" : ", switched off"));
  row("Deprecated", inert_html(info.deprecated));
  row("Author", inert_html(info.author));
  return out + "</dl>\n";
}

std::string examples(const Recipe& recipe, const Sources& sources) {
  std::string out;
  const auto group = [&](TestExpectation expectation, std::string_view head) {
    std::string members;
    for (const RecipeTest& test : recipe.tests) {
      if (test.expectation != expectation) continue;
      members +=
          fmt::format("<details><summary>{}</summary>\n{}</details>\n", inert_html(test.title), code(sources, test.span));
    }
    if (!members.empty()) out += fmt::format("<h3>{}</h3>\n{}", head, members);
  };
  group(TestExpectation::kMatch, "Seen");
  group(TestExpectation::kMark, "Remembered");
  group(TestExpectation::kNothing, "Not seen, and rightly so");
  return out;
}

std::string recipe_page(const Recipe& recipe, const Sources& sources) {
  const RecipeInfo& info = recipe.info;
  std::string body = fmt::format("<p class=\"crumb\"><code>{}</code> {}</p>\n<h1>{}</h1>\n", info.name,
                                 badge(importance_name(info.importance)), inert_html(title_of(recipe)));
  body += "<div class=\"lead\">" + markdown_html(dedented(info.doc.quick)) + "</div>\n" + facts(recipe);
  part(body, "Analysis of the event", markdown_html(dedented(info.doc.analysis)));
  part(body, "Implications", markdown_html(dedented(info.doc.implications)));
  part(body, "Recommended actions", items(info.doc.actions, "ol"));
  part(body, "False positives", items(info.false_positives, "ul"));
  part(body, "What gets away", items(recipe.evasions, "ul"));
  std::string conditions, exceptions;
  for (const On& on : recipe.ons) conditions += code(sources, on.span);
  for (const Except& each : recipe.exceptions) exceptions += code(sources, each.span);
  part(body, "Condition", conditions);
  part(body, "Exceptions", exceptions);
  part(body, "Examples", examples(recipe, sources));
  part(body, "References", references(info.references));
  return frame(title_of(recipe) + " - " + info.name, "../", "", body);
}

}  // namespace

std::vector<SiteFile> site_of(const Recipes& recipes, const Sources& sources) {
  const std::string count = fmt::format("{} recipe{}", recipes.size(), recipes.size() == 1 ? "" : "s");
  std::vector<SiteFile> files = {
      {"index.html", index("index.html", "Recipes by tactic", count + ", each with its condition, its examples and what to do.",
                           by_tactic(recipes))},
      {"importance.html",
       index("importance.html", "Recipes by importance", count + ", the gravest first.", by_importance(recipes))},
      {"attack.html", index("attack.html", "Recipes by technique",
                            count + " by the techniques of MITRE ATT&amp;CK that they name.", by_technique(recipes))},
      {"style.css", std::string(site_base()) + std::string(site_style())},
      {"search.js", std::string(site_script())},
  };
  for (const Recipe* recipe : recipes)
    files.emplace_back("recipes/" + recipe->info.name + ".html", recipe_page(*recipe, sources));
  return files;
}

}  // namespace recipe::recipec
