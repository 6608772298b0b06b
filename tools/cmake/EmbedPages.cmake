# cmake -DOUT=pages.cpp -DPAGES="a/E0001.md;..." -P EmbedPages.cmake. Each page is an array of bytes: a string literal may be too
# long, and a raw one ends where its delimiter stands in the text.
set(text "// Generated from compiler/diagnostic/pages by tools/cmake/EmbedPages.cmake.\n#include <string_view>\n\nnamespace recipe {\nnamespace {\n\n")
set(cases "")
foreach(page ${PAGES})
  get_filename_component(code ${page} NAME_WE)
  file(READ ${page} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND text "constexpr char k${code}[] = {${bytes}};\n")
  string(APPEND cases "  if (code == \"${code}\") return {k${code}, sizeof k${code}};\n")
endforeach()
string(APPEND text "\n}  // namespace\n\nstd::string_view page_of(std::string_view code) {\n${cases}  return {};\n}\n\n}  // namespace recipe\n")
file(WRITE ${OUT} "${text}")
