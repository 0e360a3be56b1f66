# Every outside library, found once. Which folder may use which is in docs/architecture.md.
find_package(Threads REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)

find_program(SAITEN_ANTLR antlr4 REQUIRED)
find_path(SAITEN_ANTLR_INCLUDE antlr4-runtime.h PATH_SUFFIXES antlr4-runtime REQUIRED)
find_library(SAITEN_ANTLR_LIBRARY antlr4-runtime REQUIRED)

# find_package(LLVM) would import hundreds of targets; the shared library and its headers are all we use.
find_program(SAITEN_LLVM_CONFIG llvm-config-19 REQUIRED)
execute_process(COMMAND ${SAITEN_LLVM_CONFIG} --includedir OUTPUT_VARIABLE SAITEN_LLVM_INCLUDE OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND ${SAITEN_LLVM_CONFIG} --libdir OUTPUT_VARIABLE SAITEN_LLVM_LIBDIR OUTPUT_STRIP_TRAILING_WHITESPACE)
add_library(saiten_llvm INTERFACE)
target_include_directories(saiten_llvm SYSTEM INTERFACE ${SAITEN_LLVM_INCLUDE})
target_link_libraries(saiten_llvm INTERFACE ${SAITEN_LLVM_LIBDIR}/libLLVM.so)
