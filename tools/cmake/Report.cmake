# recipe_embed(out function namespace header file depends...): the file's bytes → a generated C++ file with `std::string_view function()`.
function(recipe_embed out function namespace header file)
  set(made ${CMAKE_BINARY_DIR}/generated/${function}.cpp)
  add_custom_command(
    OUTPUT ${made}
    COMMAND ${CMAKE_COMMAND} -DOUT=${made} -DHEADER=${header} -DNAMESPACE=${namespace} -DFUNCTION=${function} "-DFILE=${file}"
            -P ${CMAKE_SOURCE_DIR}/tools/cmake/EmbedFile.cmake
    DEPENDS ${file} ${CMAKE_SOURCE_DIR}/tools/cmake/EmbedFile.cmake ${ARGN}
    COMMENT "embed: ${function}"
    VERBATIM)
  set(${out} ${made} PARENT_SCOPE)
endfunction()

# recipe_report(out): tools/report → one generated C++ file with the page inside. Packages come from `tools/report/fetch`; where they
# or node are not there the file is empty, `reciped --report` says so, and nothing else is missing.
function(recipe_report out)
  set(packages ${CMAKE_SOURCE_DIR}/build/report/node_modules)
  find_program(NODE node)
  if(NODE AND EXISTS ${packages}/vite/bin/vite.js)
    # Packages are looked for beside the sources, so these are built from a copy.
    set(copy ${CMAKE_BINARY_DIR}/report)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/report/src/*)
    list(APPEND sources ${CMAKE_SOURCE_DIR}/tools/report/index.html ${CMAKE_SOURCE_DIR}/tools/report/vite.config.ts
         ${CMAKE_SOURCE_DIR}/tools/report/tsconfig.json ${CMAKE_SOURCE_DIR}/tools/report/package.json)
    set(page ${copy}/dist/index.html)
    add_custom_command(
      OUTPUT ${page}
      COMMAND ${CMAKE_COMMAND} -E rm -rf ${copy}
      COMMAND ${CMAKE_COMMAND} -E copy_directory ${CMAKE_SOURCE_DIR}/tools/report ${copy}
      COMMAND ${CMAKE_COMMAND} -E create_symlink ${packages} ${copy}/node_modules
      COMMAND ${CMAKE_COMMAND} -E chdir ${copy} ${NODE} node_modules/vite/bin/vite.js build --logLevel warn
      DEPENDS ${sources} ${packages}/.package-lock.json
      COMMENT "vite: the report's page"
      VERBATIM)
  else()
    message(STATUS "the report's page is not built: tools/report/fetch brings what it needs")
    set(page "")
  endif()
  # A page that comes or goes makes the file anew.
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/report_page.stamp CONTENT "${page}\n")
  recipe_embed(file report_page recipe::reciped tools/reciped/page.h "${page}" ${CMAKE_CURRENT_BINARY_DIR}/report_page.stamp)
  set(${out} ${file} PARENT_SCOPE)
endfunction()
