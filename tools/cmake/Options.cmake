# Switches, and recipe_options: what each of our own targets links for warnings, include root and sanitizers.
option(RECIPE_TESTS "build the tests" ON)
option(RECIPE_FUZZ "build the fuzz targets against libFuzzer (clang); else they replay their corpora" OFF)
set(RECIPE_SANITIZE "" CACHE STRING "sanitizers of our own targets: address,undefined or thread")

add_library(recipe_options INTERFACE)
target_include_directories(recipe_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(recipe_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror)
target_compile_definitions(recipe_options INTERFACE RECIPE_VERSION="${PROJECT_VERSION}")
if(RECIPE_FUZZ)
  # libFuzzer is clang's, which warns of other things than the compiler that the tree is held to.
  target_compile_options(recipe_options INTERFACE -Wno-error)
endif()
if(RECIPE_SANITIZE)
  # g++ 12 sees uninitialised values in <regex> and std::optional once a sanitizer has instrumented them.
  target_compile_options(recipe_options INTERFACE -fsanitize=${RECIPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
                                                  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(recipe_options INTERFACE -fsanitize=${RECIPE_SANITIZE})
endif()

# recipe_library(name FOLDER folder [LIBS ...]): a static library of all .cpp files right in the folder.
function(recipe_library name)
  cmake_parse_arguments(ARG "" "" "FILES;LIBS;PRIVATE" ${ARGN})
  if(NOT ARG_FILES)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE recipe_options ${ARG_LIBS})
  else()
    add_library(${name} STATIC ${ARG_FILES})
    target_link_libraries(${name} PUBLIC recipe_options ${ARG_LIBS} PRIVATE ${ARG_PRIVATE})
  endif()
endfunction()
