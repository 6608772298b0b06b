// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/addresses.h"

#include <fmt/format.h>

#include <charconv>

#include "runtime/artefact/compare.h"
#include "runtime/base/address.h"

namespace recipe::checking {
namespace {

constexpr size_t kLongestLabel = 63;
constexpr size_t kLongestDomain = 253;

NetworkLiteral fault(std::string message, std::string label, std::string better = {}) {
  return {{}, NetworkFault{std::move(message), std::move(label), std::move(better)}};
}

// "10.1.2.3/8" → "10.0.0.0/8", where the address and the length are good. nullopt: they are not.
std::optional<std::string> clear_host_bits(std::string_view written) {
  const size_t slash = written.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::optional<std::string> bytes = parse_address(written.substr(0, slash));
  const std::string_view digits = written.substr(slash + 1);
  size_t length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool v4 = written.substr(0, slash).find(':') == std::string_view::npos;
  if (!bytes || digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || length > (v4 ? 32u : 128u))
    return std::nullopt;
  for (size_t bit = v4 ? length + 96 : length; bit < 8 * kAddressBytes; ++bit) {
    (*bytes)[bit / 8] = static_cast<char>(static_cast<unsigned char>((*bytes)[bit / 8]) & ~(0x80u >> (bit % 8)));
  }
  return format_address(*bytes) + std::string(written.substr(slash));
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  fold_letters(out);
  return out;
}

NetworkLiteral read_range(std::string_view written) {
  if (std::optional<std::string> range = parse_range(written)) return {std::move(*range), std::nullopt};
  if (std::optional<std::string> cleared = clear_host_bits(written)) {
    return fault(fmt::format("`{}` has bits behind its prefix", written), fmt::format("the range is `{}`", *cleared), *cleared);
  }
  return fault(fmt::format("`{}` is no address and no range of addresses", written),
               "write it as in `10.0.0.1`, `::1`, `10.0.0.0/8` or `fd00::/8`");
}

NetworkLiteral read_address(std::string_view written) {
  if (std::optional<std::string> address = parse_address(written)) return {std::move(*address), std::nullopt};
  return fault(fmt::format("`{}` is no address", written), "write it as in `10.0.0.1` or `::1`");
}

NetworkLiteral read_domain(std::string_view written) {
  std::string name = lower_case(written);
  if (name.ends_with('.')) name.pop_back();
  if (const size_t scheme = name.find("://"); scheme != std::string::npos) {
    const std::string host = name.substr(scheme + 3, name.find_first_of("/:?#", scheme + 3) - scheme - 3);
    return fault(fmt::format("`{}` is an address of the web, and no name of a domain", written), "write the host's name alone",
                 host);
  }
  if (name.starts_with("*.") || name.starts_with('.')) {
    return fault(fmt::format("`{}` is no name of a domain", written),
                 fmt::format("for it and all below it write `under \"{}\"`", name.substr(name.find('.') + 1)),
                 name.substr(name.find('.') + 1));
  }
  if (name.empty() || name.size() > kLongestDomain)
    return fault(fmt::format("`{}` is no name of a domain", written),
                 fmt::format("is {} bytes long, 1 to {} are wanted", name.size(), kLongestDomain));
  for (size_t at = 0; at <= name.size();) {
    const size_t dot = std::min(name.find('.', at), name.size());
    if (dot == at || dot - at > kLongestLabel) {
      return fault(
          fmt::format("`{}` is no name of a domain", written),
          dot == at ? "two dots stand side by side" : fmt::format("a part between dots has more than {} bytes", kLongestLabel));
    }
    at = dot + 1;
  }
  const size_t wrong = name.find_first_of(" \t\r\n/*?:@,;\"'\\");
  if (wrong != std::string::npos)
    return fault(fmt::format("`{}` is no name of a domain", written),
                 fmt::format("`{}` stands in no name", name.substr(wrong, 1)));
  return {std::move(name), std::nullopt};
}

}  // namespace recipe::checking
