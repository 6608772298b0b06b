// SPDX-License-Identifier: Apache-2.0
// See markdown.h. The tree is rewritten before cmark prints it, rather than its output.
#include "tools/recipec/markdown.h"

#include <cmark-gfm.h>

#include <memory>

namespace recipe::recipec {
namespace {

using Node = std::unique_ptr<cmark_node, decltype(&cmark_node_free)>;

const char* or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

void replace_by_text(cmark_node* node, const char* text, bool block) {
  cmark_node* words = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(words, text);
  cmark_node* stands = words;
  if (block) {
    stands = cmark_node_new(CMARK_NODE_PARAGRAPH);
    cmark_node_append_child(stands, words);
  }
  cmark_node_replace(node, stands);
  cmark_node_free(node);
}

// http://..., https://..., mailto:...; a path would lead out of the site.
bool leads_to_the_web(std::string_view address) {
  return address.starts_with("https://") || address.starts_with("http://") || address.starts_with("mailto:");
}

void disarm(cmark_node* root) {
  const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> iterator(cmark_iter_new(root), cmark_iter_free);
  for (cmark_event_type event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(iterator.get())) {
    cmark_node* node = cmark_iter_get_node(iterator.get());
    const cmark_node_type type = cmark_node_get_type(node);
    // Leaves are entered once; containers are replaced when they are left, and the iterator has gone past them.
    if (type == CMARK_NODE_HTML_INLINE || type == CMARK_NODE_HTML_BLOCK) {
      const std::string literal = or_empty(cmark_node_get_literal(node));
      replace_by_text(node, literal.c_str(), type == CMARK_NODE_HTML_BLOCK);
    } else if (event == CMARK_EVENT_EXIT && type == CMARK_NODE_IMAGE) {
      const std::string address = or_empty(cmark_node_get_url(node));
      replace_by_text(node, address.c_str(), false);
    } else if (event == CMARK_EVENT_EXIT && type == CMARK_NODE_LINK && !leads_to_the_web(or_empty(cmark_node_get_url(node)))) {
      cmark_node_set_url(node, "");
    }
  }
}

}  // namespace

std::string markdown_html(std::string_view text, bool inline_only) {
  const Node root(cmark_parse_document(text.data(), text.size(), CMARK_OPT_VALIDATE_UTF8), cmark_node_free);
  disarm(root.get());
  char* html = cmark_render_html(root.get(), CMARK_OPT_DEFAULT, nullptr);
  std::string out = or_empty(html);
  std::free(html);  // the library's own allocator is malloc
  if (!inline_only) return out;
  constexpr std::string_view kBegin = "<p>", kEnd = "</p>\n";
  if (out.starts_with(kBegin) && out.ends_with(kEnd) && out.find(kBegin, 1) == std::string::npos) {
    out = out.substr(kBegin.size(), out.size() - kBegin.size() - kEnd.size());
  }
  return out;
}

}  // namespace recipe::recipec
