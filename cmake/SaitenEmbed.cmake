# Files that are part of the program: saiten_embed(NAME OUT.cpp FILES...) writes a C++ file that defines
#   std::span<const saiten::EmbeddedFile> saiten::NAME();   (base/embedded.h), in the order of their names.
function(saiten_embed name out)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DOUT=${out} "-DFILES=${ARGN}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake
    COMMENT "Embedding ${name}"
    VERBATIM)
endfunction()
