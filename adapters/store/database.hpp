#pragma once

#include "messages/result.hpp"

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

/// SQLite behind owners and results; nothing else includes its header.
namespace copal::sqlite {

struct close_connection {
  void operator()(sqlite3* db) const noexcept;
};
struct finalize_statement {
  void operator()(sqlite3_stmt* st) const noexcept;
};

/// The rows of one run of a statement. While it lives the statement runs; its end resets it.
class cursor {
public:
  explicit cursor(sqlite3_stmt* st) : st_(st) {}
  ~cursor();
  cursor(cursor&& other) noexcept;
  cursor(const cursor&) = delete;
  cursor& operator=(const cursor&) = delete;
  cursor& operator=(cursor&&) = delete;

  void bind(int at, std::int64_t x);
  void bind(int at, std::string_view x);

  /// True: on the next row. False: there are no more.
  result<bool> next();

  // Of the row it stands on; columns count from 0.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;

private:
  sqlite3_stmt* st_;
  int refused_ = 0; ///< Of the first parameter that could not be bound.
};

/// A statement, prepared once and run many times.
class statement {
public:
  explicit statement(sqlite3_stmt* st) : st_(st) {}

  /// Starts it with these parameters.
  template <class... Ts>
  cursor query(const Ts&... parameters) {
    cursor rows{st_.get()};
    int at = 0;
    (rows.bind(++at, as_parameter(parameters)), ...);
    return rows;
  }

  /// Starts it and runs it to the end.
  template <class... Ts>
  result<void> run(const Ts&... parameters) {
    auto rows = query(parameters...);
    auto more = rows.next();
    while (more && *more)
      more = rows.next();
    if (!more)
      return fail(std::move(more.error()));
    return {};
  }

private:
  template <class T>
  static auto as_parameter(const T& x) {
    if constexpr (std::integral<T>)
      return static_cast<std::int64_t>(x);
    else
      return std::string_view{x};
  }

  std::unique_ptr<sqlite3_stmt, finalize_statement> st_;
};

/// A connection. Errors of all its statements: `corrupt` (the file is damaged or cannot be read),
/// `exhausted` (disk full), `unavailable` (I/O error, locked by another process, no permission),
/// `invalid_input` (a text longer than a row may be), `internal` (anything else).
class database {
public:
  /// Opens an existing file for reading and writing.
  static result<database> open(const std::string& path);
  /// Opens an existing file that has no log beside it, for reading. Nothing is written: no byte of
  /// it, and no file beside it. While another process writes to it: `unavailable`.
  static result<database> open_to_read(const std::string& path);

  /// Runs one or more statements whose rows nobody needs.
  result<void> execute(const std::string& sql);
  result<statement> prepare(std::string_view sql);
  /// The first column of the first row; absent when there is no row.
  result<std::optional<std::int64_t>> integer_of(std::string_view sql);
  result<std::optional<std::string>> text_of(std::string_view sql);

  /// The statement that ran last found the file damaged.
  [[nodiscard]] bool found_damage() const;
  /// While set, closing does not move the log into the file: damage must not spread.
  void leave_as_it_is(bool yes);

private:
  explicit database(sqlite3* db) : db_(db) {}
  static result<database> open_with(const std::string& name, int flags);

  std::unique_ptr<sqlite3, close_connection> db_;
};

/// All or nothing: what was not committed is rolled back at the end of its life.
class transaction {
public:
  static result<transaction> begin(database& db);
  ~transaction();
  transaction(transaction&& other) noexcept;
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  transaction& operator=(transaction&&) = delete;

  result<void> commit();

private:
  explicit transaction(database& db) : db_(&db) {}

  database* db_; ///< Null when it is over.
};

} // namespace copal::sqlite
