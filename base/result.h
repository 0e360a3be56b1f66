#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace saiten {

// What a failure of a file, a database or the command line asks the caller to do. Exit codes are made from it in
// tools/cli.
enum class ErrorKind {
  kUsage,    // wrong call: exit 2
  kIo,       // a file or database cannot be read or written: exit 2
  kCorrupt,  // read, but not what it should be: exit 2
  kBusy,     // held by another process, try again: exit 75
  kRefused,  // data or rules do not allow it: exit 2
};

// Why something outside the program failed, in words for the user. `hint` says what to do next; may be empty. Made by
// Fail() of base/words.h, which asks for both languages.
struct Error {
  ErrorKind kind = ErrorKind::kIo;
  std::string message;
  std::string hint;
  std::string message_ja;
  std::string hint_ja;
};

// A value or the Error that kept it from being made.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & {
    SAITEN_CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    SAITEN_CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    SAITEN_CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& {
    SAITEN_CHECK(!ok());
    return std::get<1>(state_);
  }
  Error&& error() && {
    SAITEN_CHECK(!ok());
    return std::get<1>(std::move(state_));
  }

 private:
  std::variant<T, Error> state_;
};

// Success, or the Error that stopped the work.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    SAITEN_CHECK(!ok());
    return *error_;
  }
  Error&& error() && {
    SAITEN_CHECK(!ok());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};
using Status = Result<void>;

}  // namespace saiten

// Returns the error of a Status or Result from the enclosing function, which returns a Result.
#define SAITEN_RETURN_IF_ERROR(expr)                        \
  do {                                                      \
    if (auto saiten_status = (expr); !saiten_status.ok()) { \
      return std::move(saiten_status).error();              \
    }                                                       \
  } while (false)

#define SAITEN_CONCAT_INNER(a, b) a##b
#define SAITEN_CONCAT(a, b) SAITEN_CONCAT_INNER(a, b)
// SAITEN_ASSIGN_OR_RETURN(auto x, Load(...)): x gets the value, or the enclosing function returns the error.
#define SAITEN_ASSIGN_OR_RETURN(lhs, expr) \
  SAITEN_ASSIGN_OR_RETURN_IMPL(SAITEN_CONCAT(saiten_result_, __LINE__), lhs, expr)
#define SAITEN_ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                                 \
  if (!tmp.ok()) return std::move(tmp).error();      \
  lhs = std::move(tmp).value()
