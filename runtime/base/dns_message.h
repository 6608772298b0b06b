// SPDX-License-Identifier: Apache-2.0
// What a DNS message (RFC 1035) answers. The bytes are anyone's: lengths, counts and pointers are checked, and a name may only
// point backward, so that it ends.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace recipe {

struct DnsAnswers {
  std::vector<std::string> values;  // addresses and names, in the message's order; at most what 64 KiB can hold
  bool whole = false;               // false: the message was cut, lies about its lengths, or says itself that it is not whole
};

// A, AAAA, and the names of CNAME, NS, PTR, MX and SRV, in lower case without the dot at their end; other records are left out.
[[nodiscard]] DnsAnswers read_dns_answers(std::string_view message);

}  // namespace recipe
