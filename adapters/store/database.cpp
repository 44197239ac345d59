#include "adapters/store/database.hpp"

#include <cerrno>
#include <fstream>
#include <utility>

#include <sqlite3.h>

namespace copal::sqlite {
namespace {

/// How long to wait for another process that looks into the file.
constexpr int busy_timeout_ms = 2000;

bool disk_is_full(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

errc code_of(int outcome, bool disk_full) {
  // A place that cannot be read stays so; only a new file helps.
  if (outcome == SQLITE_IOERR_READ || outcome == SQLITE_IOERR_CORRUPTFS)
    return errc::corrupt;
  switch (outcome & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return errc::corrupt;
    case SQLITE_FULL:
      return errc::exhausted;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return disk_full ? errc::exhausted : errc::unavailable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return errc::unavailable;
    case SQLITE_TOOBIG:
      return errc::invalid_input;
    default:
      return errc::internal;
  }
}

/// To be set to zero before the call that failed: SQLite tells the system's reason of some failures
/// only there (a commit that cannot write leaves sqlite3_system_errno alone).
error error_of(sqlite3* db, int outcome) {
  const int system_error = errno;
  std::string what = sqlite3_errstr(outcome);
  if (db != nullptr && sqlite3_extended_errcode(db) == outcome)
    if (std::string more = sqlite3_errmsg(db); more != what)
      what += ": " + more;
  const bool full =
    disk_is_full(system_error) || (db != nullptr && disk_is_full(sqlite3_system_errno(db)));
  return {code_of(outcome, full), std::move(what)};
}

/// A path as a part of a URI. Source: sqlite.org/uri.html.
std::string in_uri(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      constexpr const char* digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 0x0fU];
    } else {
      out += c;
    }
  }
  return out;
}

/// Source: sqlite.org/fileformat.html 1.3.3, the write version of the header.
result<bool> uses_wal(const std::string& path) {
  constexpr std::streamoff write_version = 18;
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return fail(errc::unavailable, "it cannot be read");
  file.seekg(write_version);
  return file.get() == 2;
}

} // namespace

void close_connection::operator()(sqlite3* db) const noexcept {
  sqlite3_close_v2(db);
}

void finalize_statement::operator()(sqlite3_stmt* st) const noexcept {
  sqlite3_finalize(st);
}

cursor::cursor(cursor&& other) noexcept
  : st_(std::exchange(other.st_, nullptr)),
    refused_(other.refused_) {}

cursor::~cursor() {
  if (st_ == nullptr)
    return;
  sqlite3_reset(st_);
  sqlite3_clear_bindings(st_); // parameters may be secrets, or large
}

void cursor::bind(int at, std::int64_t x) {
  if (const int outcome = sqlite3_bind_int64(st_, at, x); outcome != SQLITE_OK && refused_ == 0)
    refused_ = outcome;
}

void cursor::bind(int at, std::string_view x) {
  const char* text = x.empty() ? "" : x.data(); // a null pointer would bind NULL
  // NOLINTNEXTLINE(performance-no-int-to-ptr): SQLITE_TRANSIENT is a cast of the library's own.
  const int outcome = sqlite3_bind_text64(st_, at, text, x.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (outcome != SQLITE_OK && refused_ == 0)
    refused_ = outcome;
}

result<bool> cursor::next() {
  auto* db = sqlite3_db_handle(st_);
  if (refused_ != 0)
    return fail(error_of(db, refused_));
  errno = 0;
  const int outcome = sqlite3_step(st_);
  if (outcome == SQLITE_ROW)
    return true;
  if (outcome == SQLITE_DONE)
    return false;
  return fail(error_of(db, outcome));
}

std::int64_t cursor::integer(int column) const {
  return sqlite3_column_int64(st_, column);
}

std::string cursor::text(int column) const {
  const void* bytes = sqlite3_column_blob(st_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(st_, column));
  return bytes == nullptr ? std::string{} : std::string{static_cast<const char*>(bytes), size};
}

result<database> database::open_with(const std::string& name, int flags) {
  sqlite3* raw = nullptr;
  errno = 0;
  const int outcome = sqlite3_open_v2(
    name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  database db{raw};
  if (outcome != SQLITE_OK)
    return fail(error_of(raw, outcome));
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  // A damaged or forged file must not run functions or change its own bookkeeping.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return db;
}

result<database> database::open(const std::string& path) {
  return open_with(path, SQLITE_OPEN_READWRITE);
}

result<database> database::open_to_read(const std::string& path) {
  const auto keeps_wal = uses_wal(path);
  if (!keeps_wal)
    return fail(keeps_wal.error());
  // For a file that keeps its log in WAL, SQLite would make two files beside it, unless it is told
  // that the file does not change. Who uses such a file has a log beside it.
  const std::string_view how = *keeps_wal ? "?mode=ro&immutable=1" : "?mode=ro";
  return open_with(
    "file:" + in_uri(path) + std::string{how}, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

result<void> database::execute(const std::string& sql) {
  errno = 0;
  if (const int outcome = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
      outcome != SQLITE_OK)
    return fail(error_of(db_.get(), outcome));
  return {};
}

result<statement> database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  errno = 0;
  const int outcome = sqlite3_prepare_v3(
    db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  statement prepared{raw};
  if (outcome != SQLITE_OK)
    return fail(error_of(db_.get(), outcome));
  return prepared;
}

result<std::optional<std::int64_t>> database::integer_of(std::string_view sql) {
  auto asked = prepare(sql);
  if (!asked)
    return fail(std::move(asked.error()));
  auto rows = asked->query();
  const auto found = rows.next();
  if (!found)
    return fail(found.error());
  return *found ? std::optional{rows.integer(0)} : std::nullopt;
}

result<std::optional<std::string>> database::text_of(std::string_view sql) {
  auto asked = prepare(sql);
  if (!asked)
    return fail(std::move(asked.error()));
  auto rows = asked->query();
  const auto found = rows.next();
  if (!found)
    return fail(found.error());
  return *found ? std::optional{rows.text(0)} : std::nullopt;
}

bool database::found_damage() const {
  return code_of(sqlite3_extended_errcode(db_.get()), false) == errc::corrupt;
}

void database::leave_as_it_is(bool yes) {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes ? 1 : 0, nullptr);
}

result<transaction> transaction::begin(database& db) {
  if (auto begun = db.execute("BEGIN IMMEDIATE"); !begun)
    return fail(std::move(begun.error()));
  return transaction{db};
}

transaction::transaction(transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

transaction::~transaction() {
  if (db_ != nullptr)
    static_cast<void>(db_->execute("ROLLBACK")); // fails when the error before it rolled back
}

result<void> transaction::commit() {
  auto done = db_->execute("COMMIT");
  if (done)
    db_ = nullptr;
  return done;
}

} // namespace copal::sqlite
