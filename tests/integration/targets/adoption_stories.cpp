// A device moves from the Node supervisor (v19) to this one with its containers left running, and
// back: what v19 made is made again by its recorded calls, and what is made here is put before its
// comparison.

#include "tests/integration/support/suite.hpp"
#include "tests/integration/support/v19_device.hpp"
#include "tests/support/v19_compare.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

/// What v19 could never run, or ran otherwise than was asked: refused, with the whole document.
const std::set<std::string> refused{
  "env-null", "netmode-service-alias", "net-container", "supervisor0-user"};

/// Where we read a composition otherwise than v19 (docs/decisions/0102).
const std::map<std::string, std::string> read_otherwise{
  {"cmd-string", "command"},
  {"hc-list", "healthcheck"},
};

std::string content(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Every tag and digest that the engine has, one behind the other.
std::string names_there(device& d) {
  std::set<std::string> all;
  for (const auto& image : d.hand().get("/images/json").body) {
    for (const auto* kind : {"RepoTags", "RepoDigests"}) {
      for (const auto& name : image.value(kind, json::array()))
        all.insert(name.get<std::string>());
    }
  }
  std::string out;
  for (const auto& name : all)
    out += (out.empty() ? "" : " ") + name;
  return out;
}

/// An image is there as v19 fetches it: by its digest, and tagged `latest`. Its name in a target.
std::string fetch_as_v19(device& d) {
  auto& hand = d.hand();
  const auto base = d.engine().image("test/base");
  REQUIRE(pull(d.engine(), "test/base:1"));
  const auto shown = hand.get("/images/" + base + ":1/json").body;
  REQUIRE(hand.post("/images/" + base + ":1/tag?repo=" + base + "&tag=latest").ok());
  REQUIRE(hand.remove("/images/" + base + ":1").ok());
  const auto digest = shown["RepoDigests"][0].get<std::string>();
  REQUIRE(names_there(d) == base + ":latest " + digest);
  make_v19_database(d.folder() / "state/database.sqlite",
    "INSERT INTO image VALUES (1, '" + digest
      + "', 7, '00000000000000000000000000000007', 5, 'web', 6, 69, 'c69', '"
      + shown["Id"].get<std::string>() + "');");
  return "test/base" + digest.substr(digest.find('@'));
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all)
    out += (out.empty() ? "" : " ") + one;
  return out;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: what v19 made is taken over with its database: no call changes anything") {
    device d{shared_engine()};
    v19_device before{d, false};
    before.make();
    before.make_database();
    const auto database = content(before.database());
    REQUIRE(before.ids().size() >= 46);
    d.want_ordered(before.target());
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == before.ids());
    CHECK(d.running().has_said("took over " + std::to_string(before.ids().size())
                               + " image rows, 1 commit and 1 API key from "));
    CHECK_MESSAGE(content(before.database()) == database, "never a byte of it is written");
    CHECK(!std::filesystem::exists(before.database().string() + "-wal"));
    CHECK(!std::filesystem::exists(before.database().string() + "-shm"));
    REQUIRE(d.stop() == 0);

    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == before.ids());
    CHECK_FALSE(d.running().has_said("took over"));
  }

  TEST_CASE("story: without its database, too, no container is made or removed") {
    device d{shared_engine()};
    v19_device before{d, false};
    before.make();
    d.want_ordered(before.target());
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == before.ids());
  }

  TEST_CASE("story: of odd input, what v19 made anew for ever is made anew once") {
    device d{shared_engine()};
    v19_device before{d, true};
    before.make();
    before.make_database();
    d.want_ordered(before.target());
    d.start();
    // One service that could never work is enough: the target is refused, all stays as it is.
    REQUIRE(d.running().wait_for("NULLED: a variable without", 0, std::chrono::seconds{60}));
    CHECK(d.ids() == before.ids());
    CHECK(d.changes() == "");
    d.want_ordered(before.target(refused));
    REQUIRE(d.reached());
    auto now = d.ids();
    for (const auto& service : before.ids()) {
      const auto& name = service.first;
      const auto& id = service.second;
      CAPTURE(name);
      if (refused.contains(name))
        CHECK_MESSAGE(!now.contains(name), "it is not in the target any more");
      else if (name == "cmd-comment" || name == "volume-readonly-snake")
        CHECK(now[name] != id);
      else
        CHECK(now[name] == id);
    }
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == now);
  }

  TEST_CASE("story: an image that v19 fetched by digest, and tagged, goes when it is replaced") {
    for (const auto* stranger : {"", "mine"}) {
      CAPTURE(stranger);
      device d{shared_engine()};
      const auto base = d.engine().image("test/base");
      wanted_app app;
      app.services = {{"web", fetch_as_v19(d)}};
      if (*stranger != '\0')
        REQUIRE(d.hand().post("/images/" + base + ":latest/tag?repo=" + base + "&tag=mine").ok());
      REQUIRE(d.install(app));
      CHECK(d.running().has_said("took over 1 image row, "));
      CHECK(d.changes().find("pull") == std::string::npos);
      CHECK(d.runs("web"));
      d.forget_calls();

      // The same under another name: it keeps what it has.
      app.commit = "c71";
      app.release = 71;
      app["web"].environment["A"] = "1";
      REQUIRE(d.change(app));
      CHECK(d.changes().find("pull") == std::string::npos);

      app.commit = "c72";
      app.release = 72;
      app["web"].image = "test/base:2";
      REQUIRE(d.change(app));
      CHECK(d.runs("web"));
      const auto names = names_there(d);
      CAPTURE(names);
      CHECK(names.find(base + ":2") != std::string::npos);
      CHECK(names.find(base + ":latest") == std::string::npos);
      CHECK((names.find(base + ":mine") != std::string::npos) == (*stranger != '\0'));
      const auto images = d.hand().get("/images/json").body.size();
      CHECK(images == (*stranger != '\0' ? 2 : 1));
    }
  }

  TEST_CASE(
    "story: an image that a release names by digest stays when its tag is no longer named") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    REQUIRE(d.install(app));
    const auto base = d.engine().image("test/base");
    const auto shown = d.hand().get("/images/" + base + ":1/json").body;
    const auto digest = shown["RepoDigests"][0].get<std::string>();
    d.forget_calls();

    // Only the name changes: the container is renamed, and nothing else is asked of the engine.
    app.commit = "c71";
    app.release = 71;
    app["web"].image = "test/base" + digest.substr(digest.find('@'));
    REQUIRE(d.change(app));
    CHECK(d.changes() == "rename web");
    // And with a new container, which needs the image while the old one has gone.
    app.commit = "c72";
    app.release = 72;
    app["web"].environment["A"] = "1";
    d.forget_calls();
    REQUIRE(d.change(app));
    CHECK(d.changes().find("pull") == std::string::npos);
    CHECK(d.changes().find("image") == std::string::npos);
    CHECK_FALSE(d.running().has_said("failed: "));

    app.commit = "c73";
    app.release = 73;
    app["web"].image = "test/base:2";
    REQUIRE(d.change(app));
    CHECK(d.hand().get("/images/json").body.size() == 1);
  }

  TEST_CASE("story: v19 would leave what was made here as it is") {
    device d{shared_engine()};
    v19_device recorded{d, false};
    auto wanted = recorded.target();
    for (auto& [uuid, app] : wanted["apps"].items()) {
      for (auto& [commit, release] : app["releases"].items()) {
        for (auto& [name, s] : release["services"].items())
          s["running"] = name == "minimal";
      }
    }
    d.want_ordered(wanted);
    d.start();
    REQUIRE(d.reached(std::chrono::minutes{10}));
    auto ids = d.ids();
    REQUIRE(ids.size() == recorded.services().size());
    for (const auto& service : recorded.services()) {
      CAPTURE(service.name);
      auto shown = d.inspect(service.name);
      auto body = service.create;
      // Each supervisor draws its own keys; v19 finds ours in its database or draws new ones.
      for (auto* env : {&shown["Config"]["Env"], &body["Env"]}) {
        for (auto& variable : *env) {
          const auto text = variable.get<std::string>();
          if (const auto at = text.find("SUPERVISOR_API_KEY="); at != std::string::npos)
            variable = text.substr(0, at) + "SUPERVISOR_API_KEY=key";
        }
      }
      const auto found = joined(v19_differences(shown, body, service.connects, ids.at("minimal")));
      const auto other = read_otherwise.find(service.name);
      CHECK(found == (other == read_otherwise.end() ? "" : other->second));
    }
  }

} // TEST_SUITE
