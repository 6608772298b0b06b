// SPDX-License-Identifier: Apache-2.0
// Every rule is a rule about names, never about what is written or run: two different things may be spelled alike (then the
// baseline is wider), the same thing never differently because of who looks at it.
#include "runtime/baseline/generalise.h"

#include <algorithm>
#include <iterator>

namespace recipe {
namespace {

constexpr size_t kFolders = 2;  // below a place whose files are collapsed

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word(char c) {
  return is_digit(c) || is_letter(c);
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// Length of a UUID at the beginning of the text, or 0.
size_t uuid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() < kShape.size()) return 0;
  for (size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == '-' ? text[i] != '-' : !is_hexadecimal(text[i])) return 0;
  }
  return text.size() > kShape.size() && is_word(text[kShape.size()]) ? 0 : kShape.size();
}

// A run of letters and digits that only a hash would be: hexadecimal, long, and with digits in it.
bool is_hash(std::string_view run, size_t least) {
  return run.size() >= least && std::all_of(run.begin(), run.end(), is_hexadecimal) &&
         std::any_of(run.begin(), run.end(), is_digit) && !std::all_of(run.begin(), run.end(), is_digit);
}

// Names behind whose beginning a tool writes what is different each time, anywhere or only below temp.
struct Shape {
  std::string_view beginning;
  size_t least;  // signs that follow
  bool only_temp;
};
constexpr Shape kShapes[] = {
    {"TryCompile-", 6, false}, {"cmTC_", 5, false}, {"tmp.", 6, false},        {".tmp.", 6, false}, {"tmp", 6, true},
    {"cc", 6, true},           {"rustc", 6, true},  {"go-build", 6, true},     {"pip-", 6, true},   {"npm-", 6, true},
    {"ssh-", 8, true},         {"pymp-", 6, true},  {"node-compile", 6, true}, {".cc", 6, true},
};

// Where the random part begins and ends; {0, 0}: there is none.
std::pair<size_t, size_t> find_random(std::string_view name, bool temp) {
  for (const Shape& shape : kShapes) {
    if ((shape.only_temp && !temp) || !name.starts_with(shape.beginning)) continue;
    const size_t begin = shape.beginning.size();
    size_t end = begin;
    while (end < name.size() && (is_word(name[end]) || name[end] == '_' || (temp && name[end] == '-'))) ++end;
    if (end - begin >= shape.least) return {begin, end};
  }
  return {0, 0};
}

// One name of a path, or one label of a domain. numbers: digits from which on they are a number of the run.
std::string generalise_name(std::string_view name, size_t numbers, size_t hashes) {
  std::string out;
  for (size_t i = 0; i < name.size();) {
    if (const size_t length = i == 0 || !is_word(name[i - 1]) ? uuid(name.substr(i)) : 0; length > 0) {
      out += "{uuid}";
      i += length;
      continue;
    }
    size_t end = i + 1;
    while (end < name.size() && is_word(name[end]) == is_word(name[i])) ++end;
    if (!is_word(name[i])) {
      out += escape_thing(name.substr(i, end - i));
      i = end;
      continue;
    }
    const std::string_view run = name.substr(i, end - i);
    if (is_hash(run, hashes)) {
      out += "{hash}";
    } else {
      for (size_t at = 0; at < run.size();) {
        size_t stop = at;
        while (stop < run.size() && is_digit(run[stop]) == is_digit(run[at])) ++stop;
        if (is_digit(run[at]) && stop - at >= numbers) {
          out += "{n}";
        } else {
          out += run.substr(at, stop - at);
        }
        at = stop;
      }
    }
    i = end;
  }
  return out;
}

std::string generalise_component(std::string_view name, bool temp) {
  constexpr size_t kNumber = 5, kHash = 12;
  if (const auto [begin, end] = find_random(name, temp); end > 0) {
    return escape_thing(name.substr(0, begin)) + "{random}" + generalise_name(name.substr(end), kNumber, kHash);
  }
  if (name.starts_with('#') && all_digits(name.substr(1))) return "#{n}";  // O_TMPFILE: the number of the inode
  return generalise_name(name, kNumber, kHash);
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

// What the kernel numbers: /proc/PID/task/TID, /dev/pts/N, /run/user/UID, pipe:[N].
std::string system_component(const std::vector<std::string_view>& parts, size_t i) {
  const auto is = [&](size_t at, std::string_view name) { return at < parts.size() && parts[at] == name; };
  if (all_digits(parts[i])) {
    if (i == 1 && is(0, "proc")) return "{pid}";
    if (i == 3 && is(0, "proc") && is(2, "task")) return "{tid}";
    if (i == 2 && is(0, "dev") && is(1, "pts")) return "{n}";
    if (i == 2 && is(0, "run") && is(1, "user")) return "{uid}";
    if (i == 3 && is(0, "proc") && (is(2, "fd") || is(2, "fdinfo"))) return "{n}";
  }
  return generalise_component(parts[i], false);
}

bool ends_with_label(std::string_view name, std::string_view domain) {
  return name.size() > domain.size() + 1 && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.';
}

}  // namespace

Generaliser::Generaliser(RunPlaces places) : places_(std::move(places)) {
  std::erase_if(places_.folders, [](const auto& folder) { return folder.first.size() < 2 || folder.first[0] != '/'; });
  std::stable_sort(places_.folders.begin(), places_.folders.end(),
                   [](const auto& one, const auto& other) { return one.first.size() > other.first.size(); });
}

std::pair<std::string_view, std::string_view> Generaliser::split(std::string_view path) const {
  for (const auto& [folder, placeholder] : places_.folders) {
    if (!path.starts_with(folder)) continue;
    if (path.size() == folder.size()) return {placeholder, {}};
    if (path[folder.size()] == '/') return {placeholder, path.substr(folder.size() + 1)};
  }
  return {{}, path};
}

std::string Generaliser::program(std::string_view path) const {
  const auto [place, rest] = split(path);
  const std::vector<std::string_view> parts = components(rest);
  const bool temp = place == "temp";
  std::string out = place.empty() ? "" : "{" + std::string(place) + "}";
  if (place.empty() && !path.starts_with('/')) return generalise_component(path, false);  // no path: memfd:NAME
  for (size_t i = 0; i < parts.size(); ++i) {
    // A folder right below temp is somebody's mkdtemp: its name says nothing.
    const bool made = temp && i == 0 && parts.size() > 1;
    out += '/';
    out += made ? "{random}" : place.empty() ? system_component(parts, i) : generalise_component(parts[i], temp);
  }
  return out.empty() ? "/" : out;
}

std::string Generaliser::written(std::string_view path) const {
  const auto [place, rest] = split(path);
  if (place == "temp") return "{temp}/**";
  if (place != "workspace") return program(path);
  const std::vector<std::string_view> parts = components(rest);
  std::string out = "{workspace}";
  const size_t folders = parts.empty() ? 0 : parts.size() - 1;
  for (size_t i = 0; i < std::min(folders, kFolders); ++i) out += "/" + generalise_component(parts[i], false);
  return out + (folders > kFolders ? "/**" : "/*");
}

std::string Generaliser::name(std::string_view domain) const {
  constexpr size_t kNumber = 2, kHash = 8;
  for (const std::string_view reverse : {"in-addr.arpa", "ip6.arpa"}) {
    if (ends_with_label(domain, reverse)) return "{address}." + std::string(reverse);
  }
  for (const std::string& search : places_.search) {
    if (ends_with_label(domain, search)) return name(domain.substr(0, domain.size() - search.size() - 1)) + ".{search}";
  }
  // The last two labels say whose name it is.
  size_t owner = domain.rfind('.');
  owner = owner == std::string_view::npos || owner == 0 ? 0 : domain.rfind('.', owner - 1);
  if (owner == std::string_view::npos || owner == 0) return escape_thing(domain);
  return generalise_name(domain.substr(0, owner), kNumber, kHash) + escape_thing(domain.substr(owner));
}

std::string Generaliser::peer(std::string_view host, std::string_view address, uint16_t port, std::string_view protocol) const {
  constexpr uint16_t kFirstEphemeral = 32'768;  // Linux' own range: a server of the step that asked for any port
  const bool local = address.starts_with("127.") || address == "::1";
  const bool resolver =
      port == 53 && std::find(places_.resolvers.begin(), places_.resolvers.end(), address) != places_.resolvers.end();
  std::string out;
  if (resolver) {
    out = "{resolver}";
  } else if (local) {
    out = "localhost";
  } else if (!host.empty()) {
    out = host;
  } else {
    out = address.find(':') == std::string_view::npos ? std::string(address) : "[" + std::string(address) + "]";
  }
  out += ':';
  out += local && port >= kFirstEphemeral ? "{port}" : std::to_string(port);
  return out + "/" + escape_thing(protocol);
}

}  // namespace recipe
