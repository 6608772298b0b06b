# Blocks stay in the source's order: clang would let the end of a loop fall into its head, a "back-edge" that Linux 6.1 refuses.
# recipe_bpf(NAME name SOURCES a.bpf.c ...): each source → BPF object, linked into one, → skeleton header generated/bpf/NAME.skel.h
# and the object file itself. No kernel, BTF of the running machine or root is needed.
# clang for BPF does not look into the architecture's include folder, where asm/types.h is. BPF_PROG's ctx is never used.
function(recipe_bpf)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/generated/bpf)
  file(MAKE_DIRECTORY ${out})
  set(objects)
  foreach(source ${ARG_SOURCES})
    get_filename_component(stem ${source} NAME_WE)
    set(object ${out}/${ARG_NAME}.${stem}.bpf.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror -fno-stack-protector -mllvm -disable-block-placement
              -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE} -I${CMAKE_SOURCE_DIR} -I${CMAKE_SOURCE_DIR}/bpf -MD -MF ${object}.d
              -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source}
      DEPFILE ${object}.d
      COMMENT "clang -target bpf: ${source}")
    list(APPEND objects ${object})
  endforeach()
  set(linked ${out}/${ARG_NAME}.o)
  set(skeleton ${out}/${ARG_NAME}.skel.h)
  add_custom_command(
    OUTPUT ${linked} ${skeleton}
    COMMAND ${BPFTOOL} gen object ${linked} ${objects}
    COMMAND ${BPFTOOL} gen skeleton ${linked} name ${ARG_NAME} > ${skeleton}
    DEPENDS ${objects}
    COMMENT "bpftool gen skeleton: ${ARG_NAME}")
  add_custom_target(${ARG_NAME}_skeleton DEPENDS ${skeleton})
  add_library(${ARG_NAME} INTERFACE)
  add_dependencies(${ARG_NAME} ${ARG_NAME}_skeleton)
  target_include_directories(${ARG_NAME} SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/generated)
endfunction()
