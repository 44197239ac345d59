#include "actors/planning/plan/remaking.hpp"

#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// What an engine does not keep. Source: docs/decisions/0118.

namespace copal::planning::situations {
namespace {

using differing = std::vector<field_difference>;
using state = container_state;

const step kill{{7}, kill_container{{"web-1"}, {"web"}, {}}, "command differs"};
const step no_network{{7}, remove_network{{"id"}, "a7_default"}, "its configuration differs"};
const step no_volume{{7}, remove_volume{"7_data"}, "its configuration differs"};
const differing one{{"command", "old", "new"}};
const differing other{{"command", "odd", "new"}};

std::string told(remake x) {
  switch (x) {
    case remake::now:
      return "now";
    case remake::later:
      return "later";
    case remake::never:
      return "never";
  }
  return "?";
}

/// What becomes of these tries, one after the other.
std::string tried(const step& what, const std::vector<differing>& shown) {
  remaking so_far;
  std::string out;
  for (const auto& x : shown)
    out += (out.empty() ? "" : " ") + told(may_make_anew(so_far, what, x));
  return out;
}

TEST_SUITE("planning: services") {
  TEST_CASE("left so: a thing is made anew only so often for exactly the same") {
    const struct {
      const char* name;
      step what;
      std::vector<differing> shown;
      std::string expected;
    } rows[] = {
      {"a container, twice", kill, {one, one, one, one, one}, "now later now never never"},
      {"each time another value: ever more rarely",
        kill,
        {one, other, other, one, one},
        "now later now later now"},
      {"not because of a difference: ever more rarely",
        kill,
        {{}, {}, {}, {}, {}},
        "now later now later now"},
      {"a network, whose users are down, once", no_network, {one, one, one}, "now never never"},
      {"a volume, too", no_volume, {one, one}, "now never"},
      {"such as it was made, whatever it shows", no_volume, {one, other}, "now never"},
      {"it was not made anew by us before", no_network, {{}, one, one, one}, "now later now never"},
      {"a volume that comes again and is not wanted stays",
        no_volume,
        {{}, {}, {}},
        "now later later"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(tried(row.what, row.shown) == row.expected);
    }
    remaking so_far;
    CHECK(may_make_anew(so_far, kill, one) == remake::now);
    auto because = kill;
    because.reason = "user differs";
    // It has not been as it was asked for in between: it is not gone after without a pause.
    const differing user{{"user", "a", "b"}};
    CHECK(may_make_anew(so_far, because, user) == remake::later);
    CHECK(may_make_anew(so_far, because, user) == remake::now);
    CHECK(may_make_anew(so_far, kill, one) == remake::later);
  }

  TEST_CASE("left so: what is known to differ is told, and nothing is done about it") {
    const auto left = [](const std::string& subject, differing what) {
      return [subject, what](situation& s) { s.left_so[subject] = {{7}, what}; };
    };
    const auto web = device{}
                       .running({"web", service{"db"}.after("web")})
                       .looked()
                       .container_of("web", [](container& c) { c.config.user = "x"; });
    const auto user = differences_behind(web.now, make_plan(web)).at("service:7/web");
    REQUIRE(user.size() == 1);
    const std::string told_of_web = "wait, not kept: web: its container was made anew, and "
                                    "the engine still shows: user differs; it is left so";
    const auto with_volume =
      device{}.running({service{"web"}.volume("data")}).looked().but([](situation& s) {
        target_of(s).release->volumes.front().config.labels["a"] = "1";
      });
    const auto volume_differs = [&] {
      const auto& s = with_volume.now;
      return differences(
        s.engine.volumes.front().config, s.target.apps.front().release->volumes.front().config);
    }();
    const std::string volume_text = "7_data was made anew, and the engine still shows: "
                                    + summary(volume_differs) + "; it is left so";
    check({
      {"not known yet", web, {"kill web (user differs)"}},
      {"a container", device{web}.but(left("service:7/web", user)), {told_of_web}},
      {"it differs otherwise by now",
        device{web}
          .but(left("service:7/web", user))
          .container_of("web", [](container& c) { c.config.user = "y"; }),
        {"kill web (user differs)"}},
      {"who waits for it is started",
        device{web}.but(left("service:7/web", user)).gone("db"),
        {"start db (it has no container)", told_of_web}},
      {"the release is complete",
        device{web}.but(left("service:7/web", user)).but([](situation& s) { s.commits.clear(); }),
        {"updateCommit c1 (release complete)", told_of_web}},
      {"a volume: its users run",
        device{with_volume}.but(left("volume:7_data", volume_differs)),
        {"wait, not kept: web: " + volume_text, "wait, not kept: " + volume_text}},
      {"and are started",
        device{with_volume}.but(left("volume:7_data", volume_differs)).gone("web"),
        {"start web (it has no container)",
          "wait, not kept: web: " + volume_text,
          "wait, not kept: " + volume_text}},
    });
  }

  TEST_CASE("left so: a network, and the one of the local API") {
    const auto internal = device{}.running({"web"}).looked().but(
      [](situation& s) { s.engine.networks.front().config.internal = true; });
    const auto& s = internal.now;
    const auto what = differences(
      s.engine.networks.front().config, s.target.apps.front().release->networks.front().config);
    REQUIRE_FALSE(what.empty());
    const auto known = device{internal}.but([&](situation& x) {
      x.left_so["network:a7_default"] = {{7}, what};
    });
    CHECK(make_plan(internal).steps.size() == 1);
    CHECK(make_plan(known).steps.empty());
    CHECK(make_plan(known).waits.size() == 2);

    const auto api = device{}.running({service{"web"}.local_api()}).looked().but([](situation& x) {
      engine_network odd;
      odd.id.value = "odd";
      odd.name = "supervisor0";
      x.engine.networks.push_back(odd);
    });
    const auto found = differences_behind(
      api.now, {{{{}, remove_network{{"odd"}, "supervisor0"}, "its configuration differs"}}, {}});
    REQUIRE(found.contains("network:supervisor0"));
    CHECK(make_plan(api).steps.size() == 1);
    const auto left = device{api}.but([&](situation& x) {
      x.left_so["network:supervisor0"] = {{}, found.at("network:supervisor0")};
    });
    CHECK(make_plan(left).steps.empty());
  }

  TEST_CASE("left so: a service that is as asked for was not made anew in vain") {
    const auto told_of = [](const device& d) {
      std::string out;
      for (const auto& subject : services_as_asked(d.now))
        out += subject + ' ';
      return out;
    };
    const auto two = device{}.running({"web", "db"});
    CHECK(told_of(two) == "service:7/db service:7/web ");
    CHECK(told_of(device{two}.is("db", state::created)) == "service:7/web ");
    CHECK(told_of(device{two}.gone("db")) == "service:7/web ");
    const auto differs = device{two}.container_of("db", [](container& c) { c.config.user = "x"; });
    CHECK(told_of(differs) == "service:7/web ");
    const auto what = differences_behind(differs.now, make_plan(device{differs}.looked()));
    CHECK(told_of(device{differs}.but([&](situation& s) {
      s.left_so["service:7/db"] = {{7}, what.at("service:7/db")};
    })) == "service:7/web ");
  }

  TEST_CASE("left so: which differences are behind a step") {
    const auto updating = device{}.running({"web", "db"}).wants({service{"web"}.env("A", "1")});
    auto s = device{updating}.looked().now;
    const auto behind = differences_behind(s, make_plan(s));
    REQUIRE(behind.size() == 1); // db goes because nobody wants it
    CHECK(behind.at("service:7/web") == differing{{"env(A)", "hidden", "hidden"}});
    // A hand-over makes anew, too.
    const auto handing = service{"web"}.by(update_strategy::hand_over);
    const auto next = device{}.running({handing}).wants({service{handing}.env("A", "1")}).now;
    CHECK(differences_behind(next, make_plan(next)) == behind);
    // Its end is another matter, and is counted apart.
    const step end{{7}, kill_container{{"web-1"}, {"web"}, {}}, "the new container has taken over"};
    CHECK(remaking_key(end, {}) != remaking_key(kill, {}));
    CHECK(remaking_key(kill, one) == subject_of(kill));
    // What somebody asks for says nothing of the engine.
    s.asked.replaced[container_of(s, "web").id] = "a restart was asked for";
    CHECK(differences_behind(s, make_plan(s)).empty());
  }
}

} // namespace
} // namespace copal::planning::situations
