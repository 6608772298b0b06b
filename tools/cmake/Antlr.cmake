# recipe_grammar(): RecipeLexer.g4 and RecipeParser.g4 → recipe_antlr, the generated lexer and parser. Only compiler/syntax
# links it. Generated code is compiled without our warnings.
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
endfunction()
