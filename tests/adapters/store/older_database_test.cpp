#include "adapters/store/older_database.hpp"

#include "adapters/store/database.hpp"
#include "tests/adapters/store/running_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <sqlite3.h>

// The database of a Node supervisor, made here by the statements that make one there.
// Source: spec/state-engine.md §8.

namespace copal::test {
namespace {

namespace fs = std::filesystem;

constexpr auto v19_schema = R"sql(
  CREATE TABLE config (key varchar(255), value varchar(255), PRIMARY KEY (key));
  CREATE TABLE deviceConfig (targetValues json);
  CREATE TABLE app (id integer PRIMARY KEY AUTOINCREMENT, name text, releaseId integer,
    "commit" text, appId integer, uuid text UNIQUE, source text, class text DEFAULT 'fleet',
    isHost boolean DEFAULT 0, rejected boolean DEFAULT 0, services json, networks json,
    volumes json);
  CREATE TABLE image (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name text, appId integer,
    appUuid text, serviceId integer, serviceName text, imageId integer, releaseId integer,
    "commit" text, dockerImageId text);
  CREATE TABLE currentCommit (id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    appId integer NOT NULL UNIQUE, "commit" text NOT NULL);
  CREATE TABLE apiSecret (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, appId integer,
    serviceName text, key text, scopes json, UNIQUE (appId, serviceName));
  CREATE TABLE engineSnapshot (snapshot json, timestamp text);
  CREATE TABLE knex_migrations (id integer, name text, batch integer, migration_time datetime);
)sql";

constexpr auto v19_rows = R"sql(
  INSERT INTO image VALUES
    (1, 'registry.example/v2/web@sha256:0123456789abcdef0123456789abcdef', 7, 'a7', 71, 'web', 72,
      70, 'c70', 'sha256:aa'),
    (2, 'registry.example/v2/db:1', 7, 'a7', 73, 'db', 74, 70, 'c70', NULL);
  INSERT INTO currentCommit VALUES (1, 7, 'c70');
  INSERT INTO apiSecret VALUES
    (1, 0, NULL, '00000000000000000000000000000000', '[{"type":"global"}]'),
    (2, 7, 'web', '77777777777777777777777777777777', '[{"type":"app","appId":7}]');
)sql";

/// An old supervisor's: no uuids, no commits.
constexpr auto v7_schema = R"sql(
  CREATE TABLE image (id integer PRIMARY KEY, name text, appId integer, serviceId integer,
    serviceName text, imageId integer, releaseId integer, dependent boolean, dockerImageId text);
  INSERT INTO image VALUES (1, 'registry.example/v2/web:latest', 7, 71, 'web', 72, 70, 0, 'sha256:aa');
)sql";

void run_sql(const fs::path& path, const std::string& sql) {
  { std::ofstream made{path, std::ios::app}; }
  auto db = sqlite::database::open(path.string());
  REQUIRE(db);
  const auto done = db->execute(sql);
  if (!done)
    FAIL(done.error().what);
}

/// Name -> content and time of the last change of every file there.
std::map<std::string, std::pair<std::string, fs::file_time_type>> files_of(const fs::path& folder) {
  std::map<std::string, std::pair<std::string, fs::file_time_type>> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream in{entry.path(), std::ios::binary};
    all[entry.path().filename().string()] = {
      {std::istreambuf_iterator<char>{in}, {}}, entry.last_write_time()};
  }
  return all;
}

/// A folder like the one that a Node supervisor had, and a device's own beside it.
struct old_device {
  temp_folder folder;
  fs::path theirs = folder / "theirs";
  fs::path database = theirs / "database.sqlite";
  fs::path scratch = folder / "scratch";

  old_device() { fs::create_directory(theirs); }
  void has(const std::string& sql) const { run_sql(database, sql); }
  [[nodiscard]] result<store::older_contents> read() const {
    return store::read_older_database(database, scratch);
  }
  [[nodiscard]] std::string why_not() const {
    const auto found = read();
    return found ? "it was read" : to_string(found.error().code) + ": " + found.error().what;
  }
};

const image_row web_row{.name = "registry.example/v2/web@sha256:0123456789abcdef0123456789abcdef",
  .app = {7},
  .uuid = {"a7"},
  .service = {71},
  .used_by = {"web"},
  .image = {72},
  .release = {70},
  .commit = {"c70"},
  .engine_id = {"sha256:aa"},
  .ours = true};

void check_v19(const result<store::older_contents>& found) {
  if (!found)
    FAIL(found.error().what);
  REQUIRE(found->rows.size() == 2);
  CHECK(found->rows[0] == web_row);
  CHECK(found->rows[1].engine_id.empty());
  CHECK(found->commits == std::map<app_id, commit_id>{{{7}, {"c70"}}});
  REQUIRE(found->keys.size() == 2);
  CHECK(found->keys[0] == store::service_key{{0}, {}, secret{"00000000000000000000000000000000"}});
  CHECK(
    found->keys[1] == store::service_key{{7}, {"web"}, secret{"77777777777777777777777777777777"}});
  CHECK(found->skipped == 0);
}

/// A connection that has the file, as a running supervisor has.
struct held {
  sqlite3* db = nullptr;
  explicit held(const fs::path& path, const char* sql) {
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  ~held() { sqlite3_close(db); }
  held(const held&) = delete;
  held& operator=(const held&) = delete;
};

TEST_SUITE("store") {
  TEST_CASE("older database: image rows, commits and keys are read, and no byte is written") {
    const old_device d;
    d.has(v19_schema);
    d.has(v19_rows);
    const auto before = files_of(d.theirs);
    REQUIRE(before.size() == 1);
    check_v19(d.read());
    CHECK(files_of(d.theirs) == before);
    CHECK(!fs::exists(d.scratch));
  }

  TEST_CASE("older database: one that keeps its log in WAL, and was closed") {
    const old_device d;
    d.has("PRAGMA journal_mode = WAL");
    d.has(v19_schema);
    d.has(v19_rows);
    const auto before = files_of(d.theirs);
    REQUIRE(before.size() == 1);
    check_v19(d.read());
    CHECK_MESSAGE(files_of(d.theirs) == before, "no log, no index beside it");
  }

  TEST_CASE("older database: what stands only in its log, after a power cut, is read too") {
    const old_device d;
    fs::path crashed = d.folder / "crashed";
    fs::create_directory(crashed);
    d.has(v19_schema);
    {
      const held open{d.database, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0"};
      REQUIRE(sqlite3_exec(open.db, v19_rows, nullptr, nullptr, nullptr) == SQLITE_OK);
      for (const auto* file : {"database.sqlite", "database.sqlite-wal"})
        fs::copy_file(d.theirs / file, crashed / file);
    }
    const auto before = files_of(crashed);
    REQUIRE(before.at("database.sqlite-wal").first.size() > 0);
    check_v19(store::read_older_database(crashed / "database.sqlite", d.scratch));
    CHECK(files_of(crashed) == before);
    CHECK_MESSAGE(!fs::exists(d.scratch), "the copy is gone");
  }

  TEST_CASE("older database: a change that a power cut left half done is not believed") {
    const old_device d;
    fs::path crashed = d.folder / "crashed";
    fs::create_directory(crashed);
    d.has(v19_schema);
    d.has(v19_rows);
    {
      // Half of a large change is in the file when the cache is too small for it.
      const held open{d.database,
        "PRAGMA cache_size = 2; BEGIN; UPDATE image SET dockerImageId = 'sha256:ff';"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
        " INSERT INTO image (name, appId, serviceName) SELECT 'x:' || i, 9, 'half' FROM n"};
      for (const auto* file : {"database.sqlite", "database.sqlite-journal"})
        fs::copy_file(d.theirs / file, crashed / file);
    }
    const auto before = files_of(crashed);
    REQUIRE(before.at("database.sqlite-journal").first.size() > 0);
    check_v19(store::read_older_database(crashed / "database.sqlite", d.scratch));
    CHECK(files_of(crashed) == before);
  }

  TEST_CASE("older database: one of v7 has no uuids, no commits and no keys") {
    const old_device d;
    d.has(v7_schema);
    const auto found = d.read();
    REQUIRE(found);
    REQUIRE(found->rows.size() == 1);
    CHECK(found->rows[0].name == "registry.example/v2/web:latest");
    CHECK(found->rows[0].uuid.empty());
    CHECK(found->rows[0].commit.empty());
    CHECK(found->rows[0].release == release_id{70});
    CHECK(found->commits.empty());
    CHECK(found->keys.empty());
  }

  TEST_CASE("older database: what cannot be taken is told by its kind and cause") {
    const struct {
      std::string name;
      std::string sql;
      std::string expected;
    } rows[] = {
      {"another program's",
        "CREATE TABLE fruit (name text)",
        "it has no table image with a column name"},
      {"one before v7: an app is a container",
        "CREATE TABLE app (id integer, containerName text); CREATE TABLE image (repoTag text)",
        "it has no table image with a column name"},
      {"a view in the place of the table",
        "CREATE TABLE t (name text); CREATE VIEW image AS SELECT name, 1 AS appId,"
        " 's' AS serviceName FROM t",
        "it has no table image"},
      {"empty", "CREATE TABLE t (a); DROP TABLE t", "it has no table image"},
      {"too many rows",
        std::string{v7_schema}
          + "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
            " INSERT INTO image (id, name, appId, serviceName) SELECT i, 'x', 7, 's' FROM n",
        "table image has more than 4096 rows"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const old_device d;
      d.has(row.sql);
      const auto before = files_of(d.theirs);
      CHECK(d.why_not().find(row.expected) != std::string::npos);
      CHECK(files_of(d.theirs) == before);
    }
  }

  TEST_CASE("older database: rows that make no sense are skipped and counted, the others stand") {
    const old_device d;
    d.has(v19_schema);
    d.has(v19_rows);
    d.has("INSERT INTO image (name, appId, serviceName) VALUES ('', 7, 'a'), ('x:1', 0, 'a'),"
          " ('x:1', NULL, 'a'), (char(10), 7, 'a'), ('x:1', 7, hex(zeroblob(5000)));"
          "INSERT INTO apiSecret (appId, serviceName, key) VALUES (8, 'x', ''), (8, NULL, 'k');");
    const auto found = d.read();
    REQUIRE(found);
    CHECK(found->rows.size() == 2);
    CHECK(found->keys.size() == 2);
    CHECK(found->skipped == 7);
  }

  TEST_CASE("older database: missing, damaged, too large, and in use") {
    SUBCASE("missing") {
      const old_device d;
      CHECK(d.why_not() == "not found: there is no such file");
    }
    SUBCASE("a folder in its place") {
      const old_device d;
      fs::create_directory(d.database);
      CHECK(d.why_not() == "not found: there is no such file");
    }
    SUBCASE("no database at all") {
      const old_device d;
      std::ofstream{d.database} << std::string(4096, 'x');
      CHECK(d.why_not().find("corrupt: ") == 0);
    }
    SUBCASE("cut off") {
      const old_device d;
      d.has(v19_schema);
      d.has(v19_rows);
      fs::resize_file(d.database, fs::file_size(d.database) / 2);
      CHECK(d.why_not().find("corrupt: ") == 0);
    }
    SUBCASE("too large") {
      const old_device d;
      d.has(v19_schema);
      fs::resize_file(
        d.database, store::largest_older_database + 1); // a hole: no bytes of the disk
      CHECK(d.why_not().find("exhausted: it has 67108865 bytes") == 0);
    }
    SUBCASE("in use: a supervisor writes to it") {
      const old_device d;
      d.has(v19_schema);
      const held open{d.database, "BEGIN EXCLUSIVE"};
      CHECK(d.why_not().find("unavailable: ") == 0);
    }
  }

  TEST_CASE("take over: what the older database knows is in the store, and it is read once") {
    const old_device d;
    d.has(v19_schema);
    d.has(v19_rows);
    const auto before = files_of(d.theirs);
    const auto own = d.folder / "copal.sqlite";
    {
      running_store store{own, d.database};
      CHECK(store.facts().taken_over
            == "2 image rows, 1 commit and 2 API keys from " + d.database.string());
      CHECK(store.facts().not_taken_over.empty());
      CHECK_MESSAGE(store.rows().size() == 3, "and one for the tag of what was fetched by digest");
      CHECK(store.ask<store::commit_list>(store::load_commits{})->items.at({7}).value == "c70");
      CHECK(store.ask<store::key_list>(store::load_keys{})->items.size() == 2);
      REQUIRE(store.change(store::drop_row{web_row}));
      REQUIRE(store.change(store::save_commit{{7}, commit_id{"c71"}}));
    }
    {
      running_store store{own, d.database};
      CHECK_MESSAGE(store.facts().taken_over.empty(), "it was read before");
      CHECK(store.rows().size() == 2);
      CHECK(store.ask<store::commit_list>(store::load_commits{})->items.at({7}).value == "c71");
    }
    CHECK(files_of(d.theirs) == before);
    SUBCASE("but again when the device was given back meanwhile") {
      d.has("UPDATE currentCommit SET \"commit\" = 'c72'; DELETE FROM image WHERE id = 2");
      running_store store{own, d.database};
      CHECK(!store.facts().taken_over.empty());
      CHECK(store.rows().size() == 3);
      CHECK(store.ask<store::commit_list>(store::load_commits{})->items.at({7}).value == "c72");
    }
  }

  TEST_CASE("take over: what was fetched by digest has a row for the tag that it was given") {
    const old_device d;
    d.has(v19_schema);
    d.has(v19_rows);
    // A second service of the same image; one whose image is not known by its id; a tag.
    d.has(
      "INSERT INTO image (name, appId, serviceName, dockerImageId) VALUES"
      " ('registry.example/v2/web@sha256:0123456789abcdef0123456789abcdef', 8, 'w', 'sha256:aa'),"
      " ('registry.example/v2/x@sha256:ffffffffffffffffffffffffffffffff', 7, 'x', ''),"
      " ('registry.example/v2/y:3', 7, 'y', 'sha256:cc')");
    running_store store{d.folder / "copal.sqlite", d.database};
    std::vector<image_row> tags;
    for (const auto& row : store.rows()) {
      if (row.used_by.empty())
        tags.push_back(row);
    }
    CHECK(store.rows().size() == 6);
    REQUIRE(tags.size() == 1);
    image_row expected;
    expected.name = "registry.example/v2/web:latest";
    expected.app = {7};
    expected.uuid = {"a7"};
    expected.engine_id = {"sha256:aa"};
    expected.ours = true;
    CHECK(tags.front() == expected);
  }

  TEST_CASE("take over: a file that cannot be read is told once, and the store goes on") {
    const old_device d;
    const auto own = d.folder / "copal.sqlite";
    std::ofstream{d.database} << std::string(4096, 'x');
    {
      running_store store{own, d.database};
      CHECK(store.facts().not_taken_over.find(d.database.string() + ": ") == 0);
      CHECK(store.rows().empty());
    }
    running_store store{own, d.database};
    CHECK(store.facts().not_taken_over.empty());
  }

  TEST_CASE("take over: one that is in use is looked at again at the next start") {
    const old_device d;
    const auto own = d.folder / "copal.sqlite";
    d.has(v19_schema);
    d.has(v19_rows);
    {
      const held open{d.database, "BEGIN EXCLUSIVE"};
      running_store store{own, d.database};
      CHECK(store.facts().not_taken_over.find("locked") != std::string::npos);
      CHECK(store.rows().empty());
    }
    running_store store{own, d.database};
    CHECK(!store.facts().taken_over.empty());
    CHECK(store.rows().size() == 3);
  }

  TEST_CASE("take over: without an older database there is nothing to tell") {
    const old_device d;
    running_store store{d.folder / "copal.sqlite", d.database};
    CHECK(store.facts().taken_over.empty());
    CHECK(store.facts().not_taken_over.empty());
  }
}

} // namespace
} // namespace copal::test
