#pragma once

#include "compiler/types/function_record.h"

// The functions of the language, one file a topic. driver/ hands the table to the checker and the engines.
namespace saiten::stdlib {

std::span<const FunctionRecord> TextRecords();
std::span<const FunctionRecord> NumberRecords();
std::span<const FunctionRecord> DateRecords();
std::span<const FunctionRecord> MoneyRecords();
std::span<const FunctionRecord> SetRecords();

// All of them, in the order of the topics above; lives as long as the program.
FunctionTable Records();

}  // namespace saiten::stdlib
