# Files that are part of the program: saiten_embed(NAME OUT.cpp [ROOT folder] FILES...) writes a C++ file that defines
#   std::span<const saiten::EmbeddedFile> saiten::NAME();   (base/embedded.h), in the order of their names. With a ROOT
# the names are paths from there.
function(saiten_embed name out)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "ROOT" "")
  set(files ${arg_UNPARSED_ARGUMENTS})
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DOUT=${out} "-DROOT=${arg_ROOT}" "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake
    COMMENT "Embedding ${name}"
    VERBATIM)
  set_source_files_properties(${out} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)  # all name their contents alike
endfunction()
