// SPDX-License-Identifier: Apache-2.0
#include "tools/common/man_page.h"

#include <algorithm>

namespace recipe {
namespace {

// A line of text that roff takes as it stands: no line begins as a request, no dash becomes a hyphen.
std::string escaped(std::string_view text) {
  std::string out;
  if (text.starts_with('.')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return text;
}

// Text as help has it: indented lines stay as they are, the others flow, an empty line ends a paragraph.
std::string paragraphs(std::string_view text) {
  std::string out;
  bool as_it_is = false, begun = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool indented = line.starts_with("  ");
    if (indented != as_it_is) out += indented ? ".PP\n.EX\n" : ".EE\n";
    if (line.empty() || (as_it_is && !indented)) begun = false;
    as_it_is = indented;
    if (line.empty()) continue;
    if (!indented && !begun) out += ".PP\n";
    begun = true;
    out += escaped(line) + "\n";
  }
  return as_it_is ? out + ".EE\n" : out;
}

void add_option(std::string& out, const CLI::App& app, const CLI::Option& option) {
  const auto* words = dynamic_cast<const CLI::Formatter*>(app.get_formatter().get());
  out += ".TP\n\\fB" + escaped(option.get_positional() ? option.get_name(true) : option.get_name(false, true)) + "\\fR";
  if (words != nullptr) out += escaped(words->make_option_opts(&option));
  out += "\n" + escaped(option.get_description()) + "\n";
}

// What stands on the line before anybody reads further: "recipec lint [OPTIONS] PATH...".
std::string usage(const CLI::App& app, const std::string& name) {
  const auto* words = dynamic_cast<const CLI::Formatter*>(app.get_formatter().get());
  std::string line = words == nullptr ? std::string() : words->make_usage(&app, name);
  line = line.substr(0, line.find_last_not_of('\n') + 1);
  constexpr std::string_view kUsage = "Usage: ";
  return line.starts_with(kUsage) ? line.substr(kUsage.size()) : line;
}

void add_options(std::string& out, const CLI::App& app) {
  for (const bool positional : {true, false}) {
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_positional() == positional && !option->get_group().empty()) add_option(out, app, *option);
    }
  }
}

}  // namespace

std::string man_page(const CLI::App& app, int section) {
  const std::string name = app.get_name();
  std::string out = ".\\\" Made by " + name + " \\-\\-man: every change here is lost.\n";
  out += ".TH " + upper(name) + " " + std::to_string(section) + " \"\" \"" + name + " " RECIPE_VERSION "\" \"Recipe\"\n";
  out += ".SH NAME\n" + name + " \\- " + escaped(app.get_description()) + "\n";
  out += ".SH SYNOPSIS\n";
  bool first = true;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    out += std::string(first ? "" : ".br\n") + "\\fB" + name + "\\fR " +
           escaped(usage(*command, name + " " + command->get_name()).substr(name.size() + 1)) + "\n";
    first = false;
  }
  const std::string description = paragraphs(app.get_footer());
  constexpr std::string_view kParagraph = ".PP\n";  // none begins right below a heading
  out += ".SH DESCRIPTION\n" + description.substr(description.starts_with(kParagraph) ? kParagraph.size() : 0);
  out += ".SH OPTIONS\n";
  add_options(out, app);
  out += ".SH COMMANDS\n";
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    out += ".SS \"" + escaped(usage(*command, name + " " + command->get_name())) + "\"\n";
    out += escaped(command->get_description()) + "\n";
    add_options(out, *command);
    out += paragraphs(command->get_footer());
  }
  out += ".SH SEE ALSO\n\\fBrecipec\\fR(1), \\fBreciped\\fR(8)\n";
  return out;
}

}  // namespace recipe
