#include "adapters/store/peek.hpp"

#include "adapters/store/database.hpp"
#include "tests/adapters/store/rows.hpp"
#include "tests/adapters/store/running_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream in{entry.path(), std::ios::binary};
    all[entry.path().filename().string()] = {std::istreambuf_iterator<char>{in}, {}};
  }
  return all;
}

TEST_SUITE("store") {
  TEST_CASE("peek: a store that is in use is read as it is now, and nothing of it is touched") {
    const temp_folder folder;
    const auto path = folder / "copal.sqlite";
    running_store store{path};
    REQUIRE(store.change(store::put_row{numbered_row(1)}));
    REQUIRE(store.change(store::save_commit{{1}, commit_id{"c1"}}));
    REQUIRE(store.change(store::put_key{{.app = {1}, .service = {"web"}, .key = secret{"k"}}}));
    const auto before = contents(folder.path());
    const auto found = store::peek(path);
    REQUIRE_MESSAGE(found.has_value(), found.error().what);
    CHECK(found->rows == std::vector<image_row>{numbered_row(1)});
    CHECK(found->commits == std::map<app_id, commit_id>{{{1}, {"c1"}}});
    REQUIRE(found->keys.size() == 1);
    CHECK(found->keys.front().key == secret{"k"});
    CHECK((contents(folder.path()) == before));
    REQUIRE_MESSAGE(store.change(store::put_row{numbered_row(2)}), "its owner goes on");
    CHECK(store::peek(path)->rows.size() == 2);
  }

  TEST_CASE("peek: no store holds nothing, and none is made") {
    const temp_folder folder;
    const auto found = store::peek(folder / "copal.sqlite");
    REQUIRE(found.has_value());
    CHECK(found->rows.empty());
    CHECK(contents(folder.path()).empty());
  }

  TEST_CASE("peek: what an older supervisor left counts, and stays as it is") {
    const temp_folder folder;
    const auto older = folder / "database.sqlite";
    { std::ofstream made{older}; }
    {
      auto db = sqlite::database::open(older.string());
      REQUIRE(db);
      REQUIRE(db->execute(R"sql(
        CREATE TABLE image (id integer PRIMARY KEY, name text, appId integer, serviceId integer,
          serviceName text, imageId integer, releaseId integer, dependent boolean,
          dockerImageId text);
        INSERT INTO image VALUES (1, 'web:1', 7, 71, 'web', 72, 70, 0, 'sha256:aa');
      )sql"));
    }
    const auto before = contents(folder.path());
    const auto found = store::peek(folder / "copal.sqlite", older);
    REQUIRE_MESSAGE(found.has_value(), found.error().what);
    REQUIRE(found->rows.size() == 1);
    CHECK(found->rows.front().name == "web:1");
    CHECK((contents(folder.path()) == before));
  }

  TEST_CASE("peek: a file that is no store is told, and left as it is") {
    const temp_folder folder;
    const auto path = folder / "copal.sqlite";
    std::ofstream{path} << "not a database at all";
    const auto before = contents(folder.path());
    const auto found = store::peek(path);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == errc::corrupt);
    CHECK(found.error().what.find("reading the store " + path.string()) != std::string::npos);
    CHECK((contents(folder.path()) == before));
  }
}

} // namespace
} // namespace copal::test
