# recipe_pages(out folder): the diagnostics' pages → one generated C++ file that find_page() reads. Run again when a page changes.
function(recipe_pages out folder)
  set(file ${CMAKE_BINARY_DIR}/generated/pages.cpp)
  file(GLOB pages CONFIGURE_DEPENDS ${folder}/*.md)
  add_custom_command(
    OUTPUT ${file}
    COMMAND ${CMAKE_COMMAND} -DOUT=${file} "-DPAGES=${pages}" -P ${CMAKE_SOURCE_DIR}/tools/cmake/EmbedPages.cmake
    DEPENDS ${pages} ${CMAKE_SOURCE_DIR}/tools/cmake/EmbedPages.cmake
    COMMENT "diagnostics: pages"
    VERBATIM)
  set(${out} ${file} PARENT_SCOPE)
endfunction()
