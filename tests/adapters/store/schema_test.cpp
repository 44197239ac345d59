#include "adapters/store/schema.hpp"

#include "tests/adapters/store/rows.hpp"
#include "tests/adapters/store/running_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

sqlite::database database_at(const std::filesystem::path& path) {
  { std::ofstream made{path, std::ios::app}; }
  return std::move(*sqlite::database::open(path.string()));
}

/// What each released version left on a device, as statements. A new version adds its entry here
/// before its step is written, and none is ever edited.
const char* const snapshots[] = {
  // 1
  R"sql(
    CREATE TABLE image (name TEXT NOT NULL, app INTEGER NOT NULL, uuid TEXT NOT NULL,
      service INTEGER NOT NULL, service_name TEXT NOT NULL, image INTEGER NOT NULL,
      release INTEGER NOT NULL, commit_id TEXT NOT NULL, engine_id TEXT NOT NULL,
      ours INTEGER NOT NULL CHECK (ours IN (0, 1)),
      PRIMARY KEY (name, app, uuid, service, service_name, image, release, commit_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE target (id INTEGER PRIMARY KEY CHECK (id = 1), form TEXT NOT NULL,
      origin TEXT NOT NULL, doc TEXT NOT NULL, lines TEXT NOT NULL) STRICT;
    CREATE TABLE app_commit (app INTEGER PRIMARY KEY, commit_id TEXT NOT NULL) STRICT;
    CREATE TABLE api_key (app INTEGER NOT NULL, service TEXT NOT NULL, key TEXT NOT NULL,
      PRIMARY KEY (app, service)) STRICT, WITHOUT ROWID;
    INSERT INTO image VALUES ('web:1', 1, 'a1', 2, 'web', 3, 4, 'c1', 'sha256:aa', 1);
    INSERT INTO target VALUES (1, 'cloud-v3', 'https://api.example', '{"apps":{}}', '1 0');
    INSERT INTO app_commit VALUES (1, 'c1');
    INSERT INTO api_key VALUES (0, '', 'k0');
    PRAGMA user_version = 1;
  )sql",
  // 2
  R"sql(
    CREATE TABLE image (name TEXT NOT NULL, app INTEGER NOT NULL, uuid TEXT NOT NULL,
      service INTEGER NOT NULL, service_name TEXT NOT NULL, image INTEGER NOT NULL,
      release INTEGER NOT NULL, commit_id TEXT NOT NULL, engine_id TEXT NOT NULL,
      ours INTEGER NOT NULL CHECK (ours IN (0, 1)),
      PRIMARY KEY (name, app, uuid, service, service_name, image, release, commit_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE target (id INTEGER PRIMARY KEY CHECK (id = 1), form TEXT NOT NULL,
      origin TEXT NOT NULL, doc TEXT NOT NULL, lines TEXT NOT NULL) STRICT;
    CREATE TABLE app_commit (app INTEGER PRIMARY KEY, commit_id TEXT NOT NULL) STRICT;
    CREATE TABLE api_key (app INTEGER NOT NULL, service TEXT NOT NULL, key TEXT NOT NULL,
      PRIMARY KEY (app, service)) STRICT, WITHOUT ROWID;
    INSERT INTO image VALUES ('web:1', 1, 'a1', 2, 'web', 3, 4, 'c1', 'sha256:aa', 1);
    INSERT INTO target VALUES (1, 'cloud-v3', 'https://api.example', '{"apps":{}}', '1 0');
    INSERT INTO app_commit VALUES (1, 'c1');
    INSERT INTO api_key VALUES (0, '', 'k0');
    CREATE TABLE taken_over (path TEXT PRIMARY KEY, stamp TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO taken_over VALUES ('/data/database.sqlite', '1@2.3 none none');
    PRAGMA user_version = 2;
  )sql",
  // 3
  R"sql(
    CREATE TABLE image (name TEXT NOT NULL, app INTEGER NOT NULL, uuid TEXT NOT NULL,
      service INTEGER NOT NULL, service_name TEXT NOT NULL, image INTEGER NOT NULL,
      release INTEGER NOT NULL, commit_id TEXT NOT NULL, engine_id TEXT NOT NULL,
      ours INTEGER NOT NULL CHECK (ours IN (0, 1)),
      PRIMARY KEY (name, app, uuid, service, service_name, image, release, commit_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE target (id INTEGER PRIMARY KEY CHECK (id = 1), form TEXT NOT NULL,
      origin TEXT NOT NULL, doc TEXT NOT NULL, lines TEXT NOT NULL) STRICT;
    CREATE TABLE app_commit (app INTEGER PRIMARY KEY, commit_id TEXT NOT NULL) STRICT;
    CREATE TABLE api_key (app INTEGER NOT NULL, service TEXT NOT NULL, key TEXT NOT NULL,
      PRIMARY KEY (app, service)) STRICT, WITHOUT ROWID;
    CREATE TABLE service_hold (app INTEGER NOT NULL, service TEXT NOT NULL,
      running INTEGER NOT NULL CHECK (running IN (0, 1)), commit_id TEXT NOT NULL,
      container TEXT NOT NULL, started INTEGER NOT NULL, boot TEXT NOT NULL,
      PRIMARY KEY (app, service)) STRICT, WITHOUT ROWID;
    INSERT INTO image VALUES ('web:1', 1, 'a1', 2, 'web', 3, 4, 'c1', 'sha256:aa', 1);
    INSERT INTO target VALUES (1, 'cloud-v3', 'https://api.example', '{"apps":{}}', '1 0');
    INSERT INTO app_commit VALUES (1, 'c1');
    INSERT INTO api_key VALUES (0, '', 'k0');
    CREATE TABLE taken_over (path TEXT PRIMARY KEY, stamp TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO taken_over VALUES ('/data/database.sqlite', '1@2.3 none none');
    INSERT INTO service_hold VALUES (1, 'web', 0, 'c1', 'f00', 1700000000000000001, 'b1');
    CREATE TABLE downtime (app INTEGER NOT NULL, service TEXT NOT NULL,
      lasted_ms INTEGER NOT NULL, ended INTEGER NOT NULL, PRIMARY KEY (app, service)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO downtime VALUES (1, 'web', 1500, 1700000000000000001);
    PRAGMA user_version = 3;
  )sql",
};

TEST_SUITE("store") {
  TEST_CASE("schema: there is a snapshot of every version") {
    CHECK(std::size(snapshots) == static_cast<std::size_t>(store::newest_version()));
  }

  TEST_CASE("schema: a file of any older version opens with all that was in it") {
    for (std::size_t i = 0; i < std::size(snapshots); ++i) {
      CAPTURE(i + 1);
      const temp_folder folder;
      REQUIRE(database_at(folder / "copal.sqlite").execute(snapshots[i]));
      running_store store{folder / "copal.sqlite"};
      CHECK(!store.facts().created);
      CHECK(store.facts().version == store::newest_version());
      REQUIRE(store.rows().size() == 1);
      CHECK(store.rows().front().name == "web:1");
      const auto target = store.ask<store::stored_target>(store::load_target{});
      REQUIRE(target);
      REQUIRE(target->doc);
      CHECK(target->doc->doc == value::map({{"apps", value::map({})}}));
      CHECK(target->doc->doc.line() == 1);
      CHECK(store.ask<store::commit_list>(store::load_commits{})->items.size() == 1);
      CHECK(store.ask<store::key_list>(store::load_keys{})->items.size() == 1);
      CHECK(store.ask<store::hold_list>(store::load_holds{})->items.size() == (i < 2 ? 0 : 1));
      CHECK(
        store.ask<store::downtime_list>(store::load_downtimes{})->items.size() == (i < 2 ? 0 : 1));
    }
  }

  TEST_CASE("schema: steps are taken one by one, and a step that fails leaves the version before") {
    const temp_folder folder;
    auto db = database_at(folder / "steps.sqlite");
    const char* const good[] = {"CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"};
    REQUIRE(store::migrate(db, std::span{good}.first(1)));
    CHECK(store::version_of(db).value() == 1);
    REQUIRE(store::migrate(db, good));
    CHECK(store::version_of(db).value() == 2);
    REQUIRE(store::migrate(db, good));

    const char* const bad[] = {good[0], good[1], "CREATE TABLE b (x); CREATE TABLE a (x)"};
    const auto failed = store::migrate(db, bad);
    REQUIRE(!failed);
    CHECK(failed.error().what.starts_with("migrating to version 3: "));
    CHECK(store::version_of(db).value() == 2);
    CHECK(db.integer_of("SELECT count(*) FROM sqlite_schema WHERE name = 'b'").value() == 0);
  }

  TEST_CASE("schema: a file of a newer build is set aside untouched") {
    const temp_folder folder;
    {
      auto db = database_at(folder / "copal.sqlite");
      REQUIRE(db.execute("CREATE TABLE novelty (x); INSERT INTO novelty VALUES ('kept');"
                         "PRAGMA user_version = 99"));
    }
    running_store store{folder / "copal.sqlite"};
    const auto facts = store.facts();
    CHECK(facts.created);
    CHECK(facts.version == store::newest_version());
    CHECK(facts.set_aside_as == (folder / "copal.sqlite.newer-1").string());
    CHECK(facts.why.find("version 99") != std::string::npos);
    REQUIRE(store.change(store::put_row{numbered_row(1)}));
    auto old = database_at(facts.set_aside_as);
    CHECK(old.text_of("SELECT x FROM novelty").value() == "kept");
    CHECK(store::version_of(old).value() == 99);
  }

  TEST_CASE("schema: a database of another program is set aside") {
    const temp_folder folder;
    REQUIRE(database_at(folder / "copal.sqlite").execute("CREATE TABLE theirs (x)"));
    running_store store{folder / "copal.sqlite"};
    CHECK(store.facts().created);
    CHECK(store.facts().why.find("another program") != std::string::npos);
  }

  TEST_CASE("schema: a file that lacks a table of its version is set aside") {
    const temp_folder folder;
    {
      auto db = database_at(folder / "copal.sqlite");
      REQUIRE(db.execute(snapshots[0]));
      REQUIRE(db.execute("DROP TABLE api_key"));
    }
    running_store store{folder / "copal.sqlite"};
    CHECK(store.facts().set_aside_as == (folder / "copal.sqlite.corrupt-1").string());
    CHECK(store.facts().why.find("api_key") != std::string::npos);
  }
}

} // namespace
} // namespace copal::test
