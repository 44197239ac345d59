#include "adapters/store/schema.hpp"
#include "tests/adapters/store/rows.hpp"
#include "tests/adapters/store/running_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Name -> content and time of the last change of every file there.
std::map<std::string, std::pair<std::string, fs::file_time_type>> snapshot(const fs::path& folder) {
  std::map<std::string, std::pair<std::string, fs::file_time_type>> all;
  for (const auto& entry : fs::directory_iterator(folder))
    all[entry.path().filename().string()] = {content_of(entry.path()), entry.last_write_time()};
  return all;
}

mode_t mode_of(const fs::path& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777U;
}

TEST_SUITE("store") {
  TEST_CASE("store: what was stored is there after a restart") {
    const temp_folder folder;
    {
      running_store store{folder / "copal.sqlite"};
      CHECK(store.facts().created);
      CHECK(store.facts().version == store::newest_version());
      REQUIRE(store.change(store::put_row{numbered_row(1)}));
      REQUIRE(store.change(store::save_target{example_target()}));
      REQUIRE(store.change(store::save_commit{{1}, commit_id{"c1"}}));
      REQUIRE(store.change(store::put_key{{.app = {1}, .service = {"web"}, .key = secret{"k"}}}));
    }
    CHECK_MESSAGE(!fs::exists(folder / "copal.sqlite-wal"), "its end moved the log into the file");
    running_store store{folder / "copal.sqlite"};
    const auto facts = store.facts();
    CHECK(!facts.created);
    CHECK(facts.set_aside_as.empty());
    CHECK(facts.dropped.empty());
    CHECK(store.rows() == std::vector{numbered_row(1)});
    CHECK(store.ask<store::stored_target>(store::load_target{})->doc == example_target());
    CHECK(store.ask<store::commit_list>(store::load_commits{})->items.at({1}) == commit_id{"c1"});
    CHECK(store.ask<store::key_list>(store::load_keys{})->items.front().key == secret{"k"});
  }

  TEST_CASE("store: a change that changes nothing writes nothing, and loading never does") {
    const temp_folder folder;
    running_store store{folder / "copal.sqlite"};
    const auto change_all = [&store] {
      REQUIRE(store.change(store::put_row{numbered_row(1)}));
      REQUIRE(store.change(store::save_target{example_target()}));
      REQUIRE(store.change(store::save_commit{{1}, commit_id{"c1"}}));
      REQUIRE(store.change(store::put_key{{.app = {1}, .service = {"web"}, .key = secret{"k"}}}));
      REQUIRE(store.change(store::drop_row{numbered_row(2)}));
      REQUIRE(store.change(store::save_commit{{9}, std::nullopt}));
    };
    change_all();
    const auto before = snapshot(folder.path());
    change_all();
    CHECK(store.rows().size() == 1);
    CHECK(store.ask<store::stored_target>(store::load_target{}));
    CHECK(store.ask<store::commit_list>(store::load_commits{}));
    CHECK(store.ask<store::key_list>(store::load_keys{}));
    CHECK(snapshot(folder.path()) == before);

    auto moved = example_target();
    moved.doc.at_line(2);
    REQUIRE(store.change(store::save_target{moved}));
    CHECK_MESSAGE(snapshot(folder.path()) != before, "the same document on other lines is news");
  }

  TEST_CASE("store: its files are for their owner only") {
    const temp_folder folder;
    { std::ofstream{folder / "copal.sqlite"}; } // with the umask's mode
    running_store store{folder / "copal.sqlite"};
    REQUIRE(store.change(store::put_row{numbered_row(1)}));
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      CAPTURE(entry.path().filename().string());
      CHECK(mode_of(entry.path()) == 0600);
    }
    CHECK_MESSAGE(!fs::exists(folder / "copal.sqlite-shm"), "the log's index is in memory");
  }

  TEST_CASE("store: a second one on the same file is told so and harms nothing") {
    const temp_folder folder;
    running_store first{folder / "copal.sqlite"};
    REQUIRE(first.change(store::put_row{numbered_row(1)}));
    running_store second{folder / "copal.sqlite"};
    CHECK(second.ask<store::row_list>(store::load_rows{}).error().code == errc::unavailable);
    const auto why = second.end();
    REQUIRE(why);
    CHECK(why->code == errc::unavailable);
    CHECK(why->what.find("another process has it open") != std::string::npos);
    CHECK(first.rows().size() == 1);
    first.stop();
    running_store third{folder / "copal.sqlite"};
    CHECK_MESSAGE(third.rows().size() == 1, "the end of the first frees the file");
  }

  TEST_CASE("store: a folder that is missing ends it with a clear text") {
    const temp_folder folder;
    running_store store{folder / "nowhere/copal.sqlite"};
    const auto why = store.end();
    REQUIRE(why);
    CHECK(why->code == errc::unavailable);
    CHECK(why->what.find("nowhere/copal.sqlite") != std::string::npos);
  }

  TEST_CASE("store: a document that cannot be kept leaves the old one standing") {
    const temp_folder folder;
    running_store store{folder / "copal.sqlite"};
    REQUIRE(store.change(store::save_target{example_target()}));
    auto bad = example_target();
    bad.doc = value::map({{"name", "\xff"}});
    CHECK(store.change(store::save_target{bad}).error().code == errc::invalid_input);
    CHECK(store.ask<store::stored_target>(store::load_target{})->doc == example_target());
  }

  TEST_CASE("store: it answers the root") {
    const temp_folder folder;
    running_store store{folder / "copal.sqlite"};
    CHECK(store.ask<alive>(probe{}));
  }

  TEST_CASE("store: ten thousand changes do not make its files grow") {
    const temp_folder folder{temp_folder::quick_parent()};
    running_store store{folder / "copal.sqlite"};
    const auto bytes = [&folder] {
      std::uintmax_t sum = 0;
      for (const auto& entry : fs::directory_iterator(folder.path()))
        sum += entry.file_size();
      return sum;
    };
    std::uintmax_t most = 0;
    for (int i = 0; i < 10'000; ++i) {
      auto row = numbered_row(i % 50);
      row.engine_id = {std::to_string(i)};
      REQUIRE(store.change(store::put_row{row}));
      if (i % 100 == 0)
        most = std::max(most, bytes());
    }
    MESSAGE("most bytes on the disk: " << most);
    CHECK(most < std::uintmax_t{2} << 20U);
    store.stop();
    CHECK(bytes() < std::uintmax_t{256} << 10U);
  }
}

} // namespace
} // namespace copal::test
