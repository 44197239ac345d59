#include "adapters/store/database.hpp"
#include "adapters/store/files.hpp"
#include "tests/adapters/store/rows.hpp"
#include "tests/adapters/store/running_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

void overwrite(const fs::path& path, std::uintmax_t from, const std::string& bytes) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(static_cast<std::streamoff>(from));
  file << bytes;
  REQUIRE(file.good());
}

/// A closed store with so many rows.
void make_store(const fs::path& path, int rows) {
  running_store store{path};
  for (int i = 1; i <= rows; ++i)
    REQUIRE(store.change(store::put_row{numbered_row(i)}));
  REQUIRE(store.change(store::save_target{example_target()}));
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

/// Runs a statement on a closed store.
void alter(const fs::path& path, const std::string& sql) {
  auto db = sqlite::database::open(path.string());
  REQUIRE(db);
  REQUIRE(db->execute(sql));
}

TEST_SUITE("store") {
  TEST_CASE("damage: a file that cannot be used is set aside whole, and an empty one begun") {
    const struct {
      const char* name;
      std::function<void(const fs::path&)> harm;
    } rows[] = {
      {"magic of the header", [](const fs::path& p) { overwrite(p, 0, "not a database!!"); }},
      {"page size in the header", [](const fs::path& p) { overwrite(p, 16, "\x07\x07"); }},
      {"schema page", [](const fs::path& p) { overwrite(p, 100, std::string(3000, '\x55')); }},
      {"a page in the middle",
        [](const fs::path& p) { overwrite(p, fs::file_size(p) / 2, std::string(4096, '\x55')); }},
      {"one page zeroed",
        [](const fs::path& p) {
          overwrite(p, (fs::file_size(p) / 4096 - 1) * 4096, std::string(4096, '\0'));
        }},
      {"cut in half", [](const fs::path& p) { fs::resize_file(p, fs::file_size(p) / 2); }},
      {"cut within a page", [](const fs::path& p) { fs::resize_file(p, 5000); }},
      {"text instead", [](const fs::path& p) { std::ofstream{p} << std::string(5000, 'x'); }},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const temp_folder folder{temp_folder::quick_parent()};
      const auto path = folder / "copal.sqlite";
      make_store(path, 100);
      row.harm(path);
      const auto harmed = fs::file_size(path);

      running_store store{path};
      const auto facts = store.facts();
      CHECK(facts.created);
      CHECK(facts.set_aside_as == (folder / "copal.sqlite.corrupt-1").string());
      CHECK(!facts.why.empty());
      CHECK(fs::file_size(facts.set_aside_as) == harmed);
      CHECK(store.rows().empty());
      CHECK(store.change(store::put_row{numbered_row(1)}));
    }
  }

  TEST_CASE("damage: an empty file is a new store, not a damaged one") {
    const temp_folder folder;
    { const std::ofstream made{folder / "copal.sqlite"}; }
    running_store store{folder / "copal.sqlite"};
    CHECK(store.facts().created);
    CHECK(store.facts().set_aside_as.empty());
  }

  TEST_CASE("damage: a log without its database is not taken in") {
    const temp_folder folder;
    { std::ofstream{folder / "copal.sqlite-wal"} << std::string(9000, 'x'); }
    running_store store{folder / "copal.sqlite"};
    CHECK(store.facts().created);
    CHECK(store.facts().set_aside_as.empty());
    CHECK(store.change(store::put_row{numbered_row(1)}));
  }

  TEST_CASE("damage: of the files set aside the newest three are kept") {
    const temp_folder folder;
    for (int i = 0; i < 5; ++i) {
      { std::ofstream{folder / "copal.sqlite"} << std::string(5000, 'x'); }
      { std::ofstream{folder / "copal.sqlite-wal"} << "log"; }
      running_store store{folder / "copal.sqlite"};
      CHECK(store.facts().set_aside_as.ends_with("copal.sqlite.corrupt-" + std::to_string(i + 1)));
    }
    CHECK(names_in(folder.path())
          == std::set<std::string>{"copal.sqlite",
            "copal.sqlite.lock",
            "copal.sqlite.corrupt-3",
            "copal.sqlite.corrupt-3-wal",
            "copal.sqlite.corrupt-4",
            "copal.sqlite.corrupt-4-wal",
            "copal.sqlite.corrupt-5",
            "copal.sqlite.corrupt-5-wal"});
  }

  TEST_CASE("damage: whatever happens to the log, what was there before the harm still stands") {
    // A copy taken while the store runs is what a kill leaves: a database and its log.
    const temp_folder folder;
    const auto live = folder / "live.sqlite";
    running_store running{live};
    for (int i = 1; i <= 40; ++i)
      REQUIRE(running.change(store::put_row{numbered_row(i)}));
    const auto log_size = fs::file_size(live.string() + "-wal");
    REQUIRE(log_size > 100'000);
    for (const auto at : {std::uintmax_t{0},
           std::uintmax_t{20},
           std::uintmax_t{40},
           log_size / 3,
           log_size / 2,
           log_size - 100}) {
      CAPTURE(at);
      const auto copy = folder / ("copy-" + std::to_string(at) + ".sqlite");
      fs::copy_file(live, copy);
      fs::copy_file(live.string() + "-wal", copy.string() + "-wal");
      overwrite(copy.string() + "-wal", at, std::string(64, '\x55'));
      running_store store{copy};
      const auto rows = store.rows();
      CHECK(rows.size() < 40);
      for (const auto& row : rows)
        CHECK(row == numbered_row(static_cast<int>(row.service.value)));
      if (at > log_size / 2)
        CHECK(!rows.empty());
      const auto facts = store.facts();
      CHECK(facts.set_aside_as.empty());
      CHECK(store.change(store::put_row{numbered_row(99)}));
    }
  }

  TEST_CASE("damage: a target that cannot be read is dropped and named; the rest stands") {
    const struct {
      const char* name;
      const char* change;
      const char* told;
    } rows[] = {
      {"not JSON", "UPDATE target SET doc = '{\"apps\":'", "the stored target: line 1, column 8: "},
      {"other lines",
        "UPDATE target SET lines = '1 1'",
        "the stored target: the lines kept beside it are not its own"},
      {"unknown form",
        "UPDATE target SET form = 'tarot'",
        "the stored target: its form is unknown"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const temp_folder folder;
      make_store(folder / "copal.sqlite", 2);
      alter(folder / "copal.sqlite", row.change);
      {
        running_store store{folder / "copal.sqlite"};
        const auto facts = store.facts();
        REQUIRE(facts.dropped.size() == 1);
        CAPTURE(facts.dropped.front());
        CHECK(facts.dropped.front().starts_with(row.told));
        CHECK(facts.set_aside_as.empty());
        CHECK(!store.ask<store::stored_target>(store::load_target{})->doc);
        CHECK(store.rows().size() == 2);
      }
      running_store again{folder / "copal.sqlite"};
      CHECK(again.facts().dropped.empty());
    }
  }

  TEST_CASE(
    "damage: found while it runs, it is answered, ends the store and is mended by the next") {
    const temp_folder folder{temp_folder::quick_parent()};
    const auto path = folder / "copal.sqlite";
    make_store(path, 5000);
    REQUIRE(fs::file_size(path) > 1'000'000); // more than the store holds in memory
    {
      running_store store{path};
      CHECK(store.facts().set_aside_as.empty());
      for (std::uintmax_t at = 8192; at + 4096 < fs::file_size(path); at += 4096)
        overwrite(path, at, std::string(4096, '\x55'));
      const auto rows = store.ask<store::row_list>(store::load_rows{});
      REQUIRE(!rows);
      CHECK(rows.error().code == errc::corrupt);
      const auto why = store.end();
      REQUIRE(why);
      CHECK(why->code == errc::corrupt);
    }
    running_store store{path};
    const auto facts = store.facts();
    CHECK(facts.created);
    CHECK(facts.set_aside_as == (folder / "copal.sqlite.corrupt-1").string());
    CHECK(facts.why.find("malformed") != std::string::npos);
    CHECK(store.change(store::put_row{numbered_row(1)}));
    CHECK(!store::damage_mark(path));
  }
}

} // namespace
} // namespace copal::test
