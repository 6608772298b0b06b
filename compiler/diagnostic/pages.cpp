// SPDX-License-Identifier: Apache-2.0
// A code's page. The pages are files (pages/CODE.md), compiled into the program by tools/cmake/Pages.cmake.
#include "compiler/diagnostic/render.h"

namespace recipe {

std::string_view page_of(std::string_view code);  // generated

std::string_view find_page(Code code) {
  return page_of(info(code).text);
}

}  // namespace recipe
