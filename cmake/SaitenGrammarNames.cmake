# cmake -DINTERP=RulesParser.interp -DOUT=grammar_names.h -P SaitenGrammarNames.cmake
# Writes the names of all tokens and rules of the grammar as two enums, so that code without ANTLR headers can use them.
file(READ ${INTERP} lines)
string(REGEX REPLACE "\n\natn:.*" "" lines "${lines}")
# Brackets and semicolons mean something in a list of CMake.
string(REPLACE "[" "@LB@" lines "${lines}")
string(REPLACE "]" "@RB@" lines "${lines}")
string(REPLACE ";" "@SEMI@" lines "${lines}")
string(REPLACE "\n" ";" lines "${lines}")
set(section)
set(kinds "")
set(kind_words "")
set(rules "")
set(literals "")
set(number 0)
set(index 0)
foreach(line IN LISTS lines)
  if(line STREQUAL "token literal names:" OR line STREQUAL "token symbolic names:" OR line STREQUAL "rule names:")
    set(section ${line})
    set(index 0)
    continue()
  elseif(line STREQUAL "")
    continue()
  endif()
  if(section STREQUAL "token literal names:")
    if(line STREQUAL "null")
      set(literal_${index} "")
    else()
      string(REGEX REPLACE "^'(.*)'$" "\\1" literal "${line}")
      string(REPLACE "\\" "\\\\" literal "${literal}")
      string(REPLACE "\"" "\\\"" literal "${literal}")
      set(literal_${index} "${literal}")
    endif()
    math(EXPR index "${index} + 1")
  elseif(NOT line STREQUAL "null")
    string(REPLACE "_" ";" words "${line}")
    set(name "")
    foreach(word IN LISTS words)
      string(SUBSTRING "${word}" 0 1 head)
      string(SUBSTRING "${word}" 1 -1 tail)
      string(TOUPPER "${head}" head)
      if(section STREQUAL "token symbolic names:")
        string(TOLOWER "${tail}" tail)
      endif()
      string(APPEND name "${head}${tail}")
    endforeach()
    if(section STREQUAL "token symbolic names:")
      math(EXPR number "${index} + 1")
      string(APPEND kinds "  k${name} = ${number},\n")
      string(APPEND kind_words "    \"${literal_${number}}\",\n")
    else()
      string(APPEND rules "  k${name} = ${index},\n")
    endif()
    math(EXPR index "${index} + 1")
  endif()
endforeach()
string(REPLACE "@LB@" "[" kind_words "${kind_words}")
string(REPLACE "@RB@" "]" kind_words "${kind_words}")
string(REPLACE "@SEMI@" "\\;" kind_words "${kind_words}")
string(REPLACE "\\;" ";" kind_words "${kind_words}")
file(WRITE ${OUT} "#pragma once

// Written by cmake/SaitenGrammarNames.cmake from the grammar.
#include <cstdint>
#include <string_view>

namespace saiten::grammar {

// Token types of RulesLexer.g4.
enum class Kind : uint16_t {
  kNil = 0,
${kinds}  kEof = 0xffff,
};

// Rules of RulesParser.g4.
enum class Rule : uint16_t {
${rules}};

// How a token of fixed spelling is written; empty for the others. Index: Kind.
inline constexpr std::string_view kSpellings[] = {
    \"\",
${kind_words}};

}  // namespace saiten::grammar
")
