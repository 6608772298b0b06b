# recipe_grammar(): RecipeLexer.g4 and RecipeParser.g4 → recipe_antlr, the generated lexer and parser, and RecipeTables.h, what can be
# told of them before a text is read (make_tables.cpp). Only compiler/syntax links it. Generated code is compiled without our warnings.
function(recipe_grammar name)
  set(out ${CMAKE_BINARY_DIR}/generated/grammar)
  set(lexer ${CMAKE_SOURCE_DIR}/grammar/RecipeLexer.g4)
  set(parser ${CMAKE_SOURCE_DIR}/grammar/RecipeParser.g4)
  set(sources ${out}/RecipeLexer.cpp ${out}/RecipeParser.cpp)
  add_custom_command(
    OUTPUT ${sources} ${out}/RecipeLexer.h ${out}/RecipeParser.h
    COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
    COMMAND ${ANTLR4} -Dlanguage=Cpp -no-listener -no-visitor -Werror -package recipe::grammar -o ${out} ${lexer}
    COMMAND ${ANTLR4} -Dlanguage=Cpp -no-listener -no-visitor -Werror -package recipe::grammar -lib ${out} -o ${out} ${parser}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/grammar
    DEPENDS ${lexer} ${parser}
    COMMENT "antlr4: grammar")
  add_library(${name} STATIC ${sources})
  # The 4.9 runtime spells its serialised automata in u8"" literals of char.
  target_compile_options(${name} PRIVATE -w -fno-char8_t)
  target_include_directories(${name} SYSTEM PUBLIC ${out} ${ANTLR4_INCLUDE})
  target_link_libraries(${name} PUBLIC ${ANTLR4_LIBRARY})

  # Runs in the build, so it is built as the grammar is: without our warnings and sanitizers.
  set(tables ${out}/RecipeTables.h)
  add_executable(recipe_make_tables ${CMAKE_SOURCE_DIR}/compiler/syntax/make_tables.cpp)
  target_link_libraries(recipe_make_tables PRIVATE ${name})
  set_target_properties(recipe_make_tables PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${out})
  add_custom_command(OUTPUT ${tables} COMMAND recipe_make_tables > ${tables} DEPENDS recipe_make_tables
                     COMMENT "antlr4: tables of the grammar" VERBATIM)
  add_custom_target(recipe_tables DEPENDS ${tables})
endfunction()
