// SPDX-License-Identifier: Apache-2.0
// recipec completion: a shell's completion, generated from the command line's own tree, so that the two cannot differ.
#include <fmt/format.h>

#include <algorithm>

#include "tools/recipec/command.h"

namespace recipe::recipec {
namespace {

struct Switch {
  std::string name;  // with dashes
  std::string doc;
  std::vector<std::string> choices;  // of --format and its kin
  bool takes_value = false;
};

struct Entry {
  std::string name, doc;
  std::vector<Switch> switches;
  std::vector<std::string> words;  // choices of the positional; empty: files
};

std::vector<std::string> split_choices(const std::string& text) {
  std::vector<std::string> parts;
  if (text.find('|') == std::string::npos) return parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('|', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

Entry entry_of(const CLI::App& command) {
  Entry entry{command.get_name(), command.get_description(), {}, {}};
  for (const CLI::Option* option : command.get_options()) {
    const std::string type = option->get_type_name();
    if (option->get_positional()) {
      entry.words = split_choices(type);
      continue;
    }
    const bool takes_value = option->get_items_expected_max() > 0;
    for (const std::string& name : option->get_lnames())
      entry.switches.push_back({"--" + name, option->get_description(), split_choices(type), takes_value});
    for (const std::string& name : option->get_snames())
      entry.switches.push_back({"-" + name, option->get_description(), split_choices(type), takes_value});
  }
  return entry;
}

std::vector<Entry> entries_of(const CLI::App& app) {
  std::vector<Entry> entries;
  for (const CLI::App* command : app.get_subcommands(nullptr)) entries.push_back(entry_of(*command));
  return entries;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::vector<std::string> names_of(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  return names;
}

// 'text' for a shell: a quote ends the string, stands escaped, and begins another.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash(const CLI::App& app) {
  const std::vector<Entry> entries = entries_of(app);
  std::string out =
      "# bash completion of recipec: source it, or put it into /etc/bash_completion.d\n"
      "_recipec() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W " +
      shell_quoted(joined(names_of(entries)) + " --help --version") +
      " -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]}:$before in\n";
  for (const Entry& entry : entries) {
    for (const Switch& each : entry.switches) {
      if (!each.choices.empty()) {
        out += "    " + entry.name + ":" + each.name + ") mapfile -t COMPREPLY < <(compgen -W " +
               shell_quoted(joined(each.choices)) + " -- \"$word\"); return ;;\n";
      } else if (each.takes_value) {
        out += "    " + entry.name + ":" + each.name + ") mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n";
      }
    }
  }
  out += "  esac\n  case ${COMP_WORDS[1]} in\n";
  for (const Entry& entry : entries) {
    std::vector<std::string> words;
    for (const Switch& each : entry.switches) words.push_back(each.name);
    out += "    " + entry.name + ")\n      if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W " +
           shell_quoted(joined(words)) + " -- \"$word\")\n      else ";
    out += entry.words.empty()
               ? "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
               : "mapfile -t COMPREPLY < <(compgen -W " + shell_quoted(joined(entry.words)) + " -- \"$word\")\n";
    out += "      fi ;;\n";
  }
  return out + "  esac\n}\ncomplete -o filenames -F _recipec recipec\n";
}

// Inside _arguments a description stands in brackets, and a colon separates.
std::string zsh_doc(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh(const CLI::App& app) {
  const std::vector<Entry> entries = entries_of(app);
  std::string out =
      "#compdef recipec\n# zsh completion of recipec: put it as _recipec into a folder of $fpath\n_recipec() {\n  local -a "
      "commands\n  commands=(\n";
  for (const Entry& entry : entries) out += "    " + shell_quoted(entry.name + ":" + zsh_doc(entry.doc)) + "\n";
  out +=
      "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  local command=$words[2]\n  "
      "shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const Entry& entry : entries) {
    out += "    " + entry.name + ")\n      _arguments \\\n";
    for (const Switch& each : entry.switches) {
      std::string spec = each.name + "[" + zsh_doc(each.doc) + "]";
      if (!each.choices.empty()) spec += ":value:(" + joined(each.choices) + ")";
      if (each.choices.empty() && each.takes_value) spec += ":file:_files";
      out += "        " + shell_quoted(spec) + " \\\n";
    }
    out += "        " + shell_quoted(entry.words.empty() ? "*:file:_files" : "1:value:(" + joined(entry.words) + ")") + " ;;\n";
  }
  return out +
         "  esac\n}\nif [ \"$funcstack[1]\" = _recipec ]; then\n  _recipec \"$@\"\nelse\n  compdef _recipec recipec\nfi\n";
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish(const CLI::App& app) {
  const std::vector<Entry> entries = entries_of(app);
  std::string out = "# fish completion of recipec: put it into ~/.config/fish/completions/recipec.fish\n";
  out += "complete -c recipec -n __fish_use_subcommand -l version -d 'print the version'\n";
  for (const Entry& entry : entries)
    out += "complete -c recipec -n __fish_use_subcommand -f -a " + entry.name + " -d " + fish_quoted(entry.doc) + "\n";
  for (const Entry& entry : entries) {
    const std::string base = "complete -c recipec -n '__fish_seen_subcommand_from " + entry.name + "'";
    for (const Switch& each : entry.switches) {
      out += base + (each.name.starts_with("--") ? " -l " + each.name.substr(2) : " -s " + each.name.substr(1));
      if (!each.choices.empty()) out += " -x -a " + fish_quoted(joined(each.choices));
      if (each.choices.empty() && each.takes_value) out += " -r";
      out += " -d " + fish_quoted(each.doc) + "\n";
    }
    if (!entry.words.empty()) out += base + " -f -a " + fish_quoted(joined(entry.words)) + "\n";
  }
  return out;
}

int run(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") say(bash(app));
  if (shell == "zsh") say(zsh(app));
  if (shell == "fish") say(fish(app));
  return kClean;
}

}  // namespace

Run declare_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "what a shell needs to complete recipec's command line");
  command->add_option("SHELL", *shell, "which shell")
      ->required()
      ->type_name("bash|zsh|fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
  command->footer("Example:\n  source <(recipec completion bash)");
  return [shell, &app] { return run(app, *shell); };
}

}  // namespace recipe::recipec
