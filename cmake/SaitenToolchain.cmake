# Compiler flags shared by every target: warnings are errors, `-Wswitch` makes a new enum case break the build.
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wswitch-enum -Wno-missing-field-initializers -fno-omit-frame-pointer)
# Warnings by flow analysis that GCC 12 gets wrong on its own library once it inlines (at -O3, or with sanitizers).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-Wno-restrict -Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow
                      -Wno-error=stringop-overread)
endif()

# A mark of its contents in each program and library, which tells one build from another (vm/jit/cache.h).
add_link_options(-Wl,--build-id)

option(SAITEN_SANITIZE "address and undefined-behaviour sanitizers and what libFuzzer listens to (needs clang)" OFF)
if(SAITEN_SANITIZE)
  # Warnings are judged by GCC, the compiler of the project; clang has others.
  add_compile_options(-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -w)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(SAITEN_CCACHE ccache)
if(SAITEN_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${SAITEN_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SAITEN_CCACHE})
endif()

find_program(SAITEN_LLD ld.lld-19)
if(SAITEN_LLD)
  add_link_options(-fuse-ld=lld -B${CMAKE_BINARY_DIR}/linker)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/linker)
  file(CREATE_LINK ${SAITEN_LLD} ${CMAKE_BINARY_DIR}/linker/ld.lld SYMBOLIC)
endif()
