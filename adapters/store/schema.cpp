#include "adapters/store/schema.hpp"

namespace copal::store {
namespace {

// A step that was released is never edited: devices have run it. A new one goes to the end.
// STRICT makes SQLite itself hold the columns to their types, also when it checks a file.
constexpr const char* steps[] = {
  // 0 -> 1
  R"sql(
    CREATE TABLE image (
      name TEXT NOT NULL,
      app INTEGER NOT NULL,
      uuid TEXT NOT NULL,
      service INTEGER NOT NULL,
      service_name TEXT NOT NULL,
      image INTEGER NOT NULL,
      release INTEGER NOT NULL,
      commit_id TEXT NOT NULL,
      engine_id TEXT NOT NULL,
      ours INTEGER NOT NULL CHECK (ours IN (0, 1)),
      PRIMARY KEY (name, app, uuid, service, service_name, image, release, commit_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE target (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      form TEXT NOT NULL,
      origin TEXT NOT NULL,
      doc TEXT NOT NULL,
      lines TEXT NOT NULL
    ) STRICT;
    CREATE TABLE app_commit (
      app INTEGER PRIMARY KEY,
      commit_id TEXT NOT NULL
    ) STRICT;
    CREATE TABLE api_key (
      app INTEGER NOT NULL,
      service TEXT NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (app, service)
    ) STRICT, WITHOUT ROWID;
  )sql",
  // 1 -> 2
  R"sql(
    CREATE TABLE taken_over (
      path TEXT PRIMARY KEY,
      stamp TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  )sql",
  // 2 -> 3
  R"sql(
    CREATE TABLE service_hold (
      app INTEGER NOT NULL,
      service TEXT NOT NULL,
      running INTEGER NOT NULL CHECK (running IN (0, 1)),
      commit_id TEXT NOT NULL,
      container TEXT NOT NULL,
      started INTEGER NOT NULL,
      boot TEXT NOT NULL,
      PRIMARY KEY (app, service)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE downtime (
      app INTEGER NOT NULL,
      service TEXT NOT NULL,
      lasted_ms INTEGER NOT NULL,
      ended INTEGER NOT NULL,
      PRIMARY KEY (app, service)
    ) STRICT, WITHOUT ROWID;
  )sql",
};

result<void> take_step(sqlite::database& db, const char* sql, int to) {
  auto change = sqlite::transaction::begin(db);
  if (!change)
    return fail(std::move(change.error()));
  return db.execute(sql)
    .and_then([&] { return db.execute("PRAGMA user_version = " + std::to_string(to)); })
    .and_then([&] { return change->commit(); });
}

} // namespace

std::span<const char* const> migrations() {
  return steps;
}

int newest_version() {
  return static_cast<int>(std::size(steps));
}

result<int> version_of(sqlite::database& db) {
  const auto found = db.integer_of("PRAGMA user_version");
  if (!found)
    return fail(found.error());
  return static_cast<int>(found->value_or(0));
}

result<void> migrate(sqlite::database& db, std::span<const char* const> wanted) {
  const auto from = version_of(db);
  if (!from)
    return fail(from.error());
  const int newest = static_cast<int>(wanted.size());
  if (*from < 0 || *from > newest)
    return fail(errc::conflict,
      "its schema is version " + std::to_string(*from) + "; this build knows up to "
        + std::to_string(newest));
  for (int version = *from; version < newest; ++version) {
    const auto done = take_step(db, wanted[static_cast<std::size_t>(version)], version + 1);
    if (!done)
      return fail(done.error().with_context("migrating to version " + std::to_string(version + 1)));
  }
  return {};
}

} // namespace copal::store
