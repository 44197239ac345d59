#include "adapters/store/opening.hpp"

#include "adapters/store/schema.hpp"

#include <utility>

namespace copal::store {
namespace {

namespace fs = std::filesystem;

// EXCLUSIVE before WAL: the log's index then lives in memory, not in a third file.
// 256 pages of log (1 MiB) gather many small changes into one write of each page of the file.
constexpr const char* settings = R"sql(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 256;
  PRAGMA journal_size_limit = 1048576;
  PRAGMA foreign_keys = ON;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -512;
)sql";

/// The first complaint of SQLite's own check, or nothing. In full each time: for files of this size
/// it costs hardly more than the quick one (docs/decisions/0050).
result<void> check(sqlite::database& db) {
  const auto verdict = db.text_of("PRAGMA integrity_check(1)");
  if (!verdict)
    return fail(verdict.error());
  if (*verdict != "ok")
    return fail(errc::corrupt, verdict->value_or("the check gave no answer"));
  return {};
}

result<void> check_owner(sqlite::database& db, int version) {
  const auto names = db.integer_of("SELECT count(*) FROM sqlite_schema");
  if (!names)
    return fail(names.error());
  if (version == 0 && names->value_or(0) > 0)
    return fail(errc::corrupt, "it is a database of another program");
  return {};
}

/// A stored row that cannot be read is dropped and told; all others stand.
result<void> drop_unreadable(sqlite::database& db, tables& rows, store_facts& facts) {
  const auto target = rows.target();
  if (target)
    return {};
  if (target.error().code != errc::corrupt || db.found_damage())
    return fail(target.error());
  facts.dropped.push_back(target.error().what);
  return rows.drop_target();
}

struct checked {
  std::unique_ptr<sqlite::database> db;
  tables rows;
};

/// `corrupt` and `conflict` (it is newer): this file cannot be used.
result<checked> open_checked(const fs::path& path, store_facts& facts) {
  auto opened = sqlite::database::open(path.string());
  if (!opened)
    return fail(std::move(opened.error()));
  auto db = std::make_unique<sqlite::database>(std::move(*opened));
  // A file that is going to be set aside is kept as it was found.
  db->leave_as_it_is(true);
  if (auto set = db->execute(settings).and_then([&] { return check(*db); }); !set)
    return fail(std::move(set.error()));
  const auto version = version_of(*db);
  if (!version)
    return fail(version.error());
  facts.created = *version == 0;
  if (auto ready = check_owner(*db, *version).and_then([&] { return migrate(*db); }); !ready)
    return fail(std::move(ready.error()));
  auto rows = tables::of(*db);
  if (!rows)
    return fail(std::move(rows.error()));
  if (auto swept = drop_unreadable(*db, *rows, facts); !swept)
    return fail(std::move(swept.error()));
  db->leave_as_it_is(false);
  facts.version = newest_version();
  return checked{std::move(db), std::move(*rows)};
}

result<void> move_away(const fs::path& path, const error& why, store_facts& facts) {
  auto to = set_aside(path, why.code == errc::conflict ? "newer" : "corrupt");
  if (!to)
    return fail(std::move(to.error()));
  facts.set_aside_as = to->string();
  facts.why = why.what;
  return {};
}

/// Makes the file when it is missing, and opens it.
result<checked> open_or_create(const fs::path& path, store_facts& facts) {
  const auto made = make_private(path);
  if (!made)
    return fail(made.error());
  if (*made)
    remove_stray_logs(path);
  auto ready = open_checked(path, facts);
  if (ready && *made)
    if (auto synced = sync_folder_of(path); !synced)
      return fail(std::move(synced.error()));
  return ready;
}

/// Follows the mark that a store left before it ended itself.
result<void> heed_mark(const fs::path& path, store_facts& facts) {
  const auto mark = damage_mark(path);
  if (!mark)
    return {};
  if (std::error_code ignored; fs::exists(path, ignored))
    if (auto moved = move_away(path, {errc::corrupt, *mark}, facts); !moved)
      return moved;
  clear_damage_mark(path);
  return {};
}

} // namespace

result<opened> open_store(const fs::path& path) {
  const auto told = [&path](const error& e) {
    return fail(e.with_context("opening the store " + path.string()));
  };
  auto lock = file_lock::take(path.string() + ".lock");
  if (!lock)
    return told(lock.error());
  store_facts facts;
  facts.path = path.string();
  if (auto heeded = heed_mark(path, facts); !heeded)
    return told(heeded.error());
  auto ready = open_or_create(path, facts);
  if (!ready && (ready.error().code == errc::corrupt || ready.error().code == errc::conflict)) {
    facts.dropped.clear();
    if (auto moved = move_away(path, ready.error(), facts); !moved)
      return told(moved.error());
    ready = open_or_create(path, facts);
  }
  if (!ready)
    return told(ready.error());
  return opened{std::move(*lock), std::move(ready->db), std::move(ready->rows), std::move(facts)};
}

} // namespace copal::store
