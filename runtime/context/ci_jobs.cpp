// SPDX-License-Identifier: Apache-2.0
// One pass over an environment, "NAME=value" each ended by a NUL; then the rows of the table are filled in.
#include "runtime/context/ci_jobs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/base/fd.h"

namespace recipe {
namespace {

struct Provider {
  std::string_view id, name, variable, value;
};
struct Row {
  std::string_view provider;
  FieldId field;
  std::string_view text;
};
constexpr Provider kProviders[] = {
#define PROVIDER(id, name, variable, value) {#id, name, variable, value},
#include "runtime/context/ci_jobs.def"
};
constexpr Row kRows[] = {
#define JOB(provider, field, text) {#provider, FieldId::field, text},
#include "runtime/context/ci_jobs.def"
};
constexpr size_t kMaxNameBytes = 64;

using Values = std::map<std::string_view, std::string>;

// The parts of a row's text in order: words as they stand, {NAME#PART}.
template <class Word, class Variable>
void each_part(std::string_view text, const Word& word, const Variable& variable) {
  while (!text.empty()) {
    const size_t open = text.find('{');
    if (open != 0) word(text.substr(0, open));
    if (open == std::string_view::npos) return;
    const size_t close = text.find('}', open);
    const std::string_view inner = text.substr(open + 1, close - open - 1);
    const size_t hash = inner.find('#');
    variable(inner.substr(0, hash), hash == std::string_view::npos ? std::string_view() : inner.substr(hash + 1));
    text.remove_prefix(close + 1);
  }
}

// "https://user:password@host/x" → "https://host/x"
std::string without_user(std::string address) {
  const size_t scheme = address.find("://");
  if (scheme == std::string::npos) return address;
  const size_t host = scheme + 3, end = std::min(address.find_first_of("/?#", host), address.size());
  const size_t at = address.rfind('@', end);
  if (at != std::string::npos && at >= host && at < end) address.erase(host, at + 1 - host);
  return address;
}

std::optional<std::string> fill(std::string_view text, const Values& values) {
  std::string out;
  bool whole = true;
  each_part(
      text, [&](std::string_view word) { out += word; },
      [&](std::string_view name, std::string_view part) {
        const auto found = values.find(name);
        if (found == values.end() || found->second.empty()) {
          whole = false;
          return;
        }
        std::string_view value = found->second;
        if (!part.empty()) {
          const size_t at = value.find(part);
          value = at == std::string_view::npos ? std::string_view() : value.substr(at + part.size());
          value = value.substr(0, value.find('/'));
          whole = whole && !value.empty();
        }
        out += value;
      });
  return whole ? std::optional<std::string>(without_user(std::move(out))) : std::nullopt;
}

bool is_job_of(const Provider& provider, const Values& values) {
  const auto found = values.find(provider.variable);
  if (found == values.end()) return false;
  if (provider.value.ends_with('*')) return found->second.starts_with(provider.value.substr(0, provider.value.size() - 1));
  return found->second == provider.value;
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const Provider& provider : kProviders) names.push_back(provider.variable);
  for (const Row& row : kRows) {
    each_part(
        row.text, [](std::string_view) {}, [&](std::string_view name, std::string_view) { names.push_back(name); });
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::span<const std::string_view> JobVariables::names() {
  static const std::vector<std::string_view> kNames = all_names();
  return kNames;
}

void JobVariables::add(std::string_view piece) {
  while (!piece.empty()) {
    const size_t nul = std::min(piece.find('\0'), piece.size());
    std::string_view part = piece.substr(0, nul);
    if (!in_value_) {
      const size_t equal = std::min(part.find('='), part.size());
      if (name_.size() <= kMaxNameBytes) name_ += part.substr(0, std::min(equal, kMaxNameBytes + 1));
      if (equal < part.size()) {
        part.remove_prefix(equal + 1);
        begin();
      }
    }
    // One byte more than a value may have tells that it is longer.
    if (in_value_ && !wanted_.empty()) value_ += part.substr(0, kMaxValueBytes + 1 - value_.size());
    if (nul == piece.size()) return;
    end();
    piece.remove_prefix(nul + 1);
  }
}

void JobVariables::begin() {
  const auto all = names();
  const auto found = std::lower_bound(all.begin(), all.end(), name_);
  wanted_ = found != all.end() && *found == name_ ? *found : std::string_view();
  in_value_ = true;
}

// Of a variable that is there twice the first counts, as getenv() finds it.
void JobVariables::end() {
  if (!wanted_.empty() && value_.size() <= kMaxValueBytes) values_.emplace(wanted_, value_);
  name_.clear();
  value_.clear();
  wanted_ = {};
  in_value_ = false;
}

// What no NUL has ended may be cut: it is not counted.
CiJob JobVariables::job() {
  CiJob job;
  const auto provider = std::find_if(std::begin(kProviders), std::end(kProviders),
                                     [&](const Provider& each) { return is_job_of(each, values_); });
  if (provider == std::end(kProviders)) return job;
  job.emplace_back(FieldId::ci_provider, provider->name);
  for (const Row& row : kRows) {
    if (row.provider != provider->id || row.field == job.back().first) continue;
    std::optional<std::string> value = fill(row.text, values_);
    // Buildkite's word for a build that belongs to none.
    if (!value || (row.field == FieldId::ci_pull_request && *value == "false")) continue;
    job.emplace_back(row.field, std::move(*value));
  }
  return job;
}

const CiJob& CiJobs::of(ProcTable& proc, uint32_t pid, const ProcEntry& entry) {
  const auto known = cache_.find(pid);
  if (known != cache_.end() && !entry.image.empty() && known->second.image == entry.image) return known->second.job;
  if (cache_.size() >= kMaxEntries) cache_.clear();
  Cached& fresh = cache_[pid];
  fresh = {entry.image, {}};
  const Fd folder = proc.folder(pid, entry.start_ticks * ProcTable::kTickNs);
  const Fd file(folder.get() < 0 ? -1 : openat(folder.get(), "environ", O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fresh.job;
  JobVariables variables;
  std::array<char, 65536> piece;
  for (size_t total = 0; total < kMaxBytes;) {
    const ssize_t got = read(file.get(), piece.data(), std::min(piece.size(), kMaxBytes - total));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    variables.add({piece.data(), static_cast<size_t>(got)});
    total += static_cast<size_t>(got);
  }
  explicit_bzero(piece.data(), piece.size());
  fresh.job = variables.job();
  return fresh.job;
}

}  // namespace recipe
