// SPDX-License-Identifier: Apache-2.0
// CommonMark → HTML. HTML in the text is shown as text, images as their addresses, links lead to http, https and mailto only.
#pragma once
#include <string>
#include <string_view>

namespace recipe::recipec {

// `inline_only`: of a text of one paragraph, without the <p> around it.
[[nodiscard]] std::string markdown_html(std::string_view text, bool inline_only = false);

}  // namespace recipe::recipec
