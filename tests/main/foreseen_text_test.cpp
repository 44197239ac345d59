#include "main/foreseen_text.hpp"

#include "adapters/json/json.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace copal {
namespace {

using planning::foreseen_step;

target_app shop() {
  target_app app;
  app.id = {7};
  app.name = "shop";
  return app;
}

image_row row_of(const std::string& name) {
  image_row row;
  row.name = name;
  row.used_by = {"web"};
  return row;
}

install_service installed() {
  install_service out;
  out.who.name = {"web"};
  return out;
}

/// A new image for one service, whose environment changes, too.
foreseen an_update() {
  foreseen out;
  out.target.apps.push_back(shop());
  out.ahead.reached = true;
  out.ahead.steps = {
    {1, {{7}, fetch_image{row_of("web:2")}, "the engine does not have it"}, {}, 0, {}},
    {2,
      {{7}, kill_container{{"c1"}, {"web"}, {}}, "image, env(A), user differ"},
      {{"image", "web:1", "web:2"}, {"env(A)", "hidden", "hidden"}, {"user", "", "a\nb\x1b[2J"}},
      2,
      {}},
    {3, {{7}, installed(), "it has no container"}, {}, 0, {}},
  };
  out.ahead.outages = {{{7}, {"web"}, 2, 3, std::chrono::milliseconds{12'345}}};
  out.warnings = {"web: build is ignored"};
  return out;
}

foreseen a_wait() {
  foreseen out;
  auto app = shop();
  app.rejected = rejection{{2}, {"c2"}, "no l4t"};
  out.target.apps.push_back(app);
  out.ahead.waits = {{wait_reason::kind::lock, {7}, "locks:7", "web holds the update lock /l"}};
  return out;
}

foreseen nothing() {
  foreseen out;
  out.ahead.reached = true;
  return out;
}

TEST_SUITE("main") {
  TEST_CASE("plan: what people and programs read") {
    const struct {
      std::string name;
      foreseen what;
      bool at_target;
      std::string text, json;
    } rows[] = {
      {"nothing to do",
        nothing(),
        true,
        "Nothing to do: the device is at this target.\n",
        R"j({"atTarget":true,"reached":true,"steps":[],"imagesToFetch":[],"bytesToFetch":0,)j"
        R"j("outages":[],"waits":[],"rejected":[],"warnings":[]})j"},
      {"an update",
        an_update(),
        false,
        "1. fetch web:2 (the engine does not have it); its size is not known\n"
        "2. kill web (image, env(A), user differ)\n"
        "     image: web:1 -> web:2\n"
        "     env(A): differs; its values are not shown\n"
        "     user: \"\" -> a\\nb?[2J\n"
        "     and 2 more fields\n"
        "     web (app shop) is down from here\n"
        "3. start web (it has no container)\n"
        "     web (app shop) is up again\n"
        "Then the device is at its target.\n"
        "To fetch: 1 image, size not known.\n"
        "Down meanwhile: web (step 2 to 3; the last time for 12.3 s).\n"
        "warning: web: build is ignored\n",
        R"j({"atTarget":false,"reached":true,"steps":[)j"
        R"j({"step":1,"round":1,"action":"fetch","appId":7,"subject":"image:web:2",)j"
        R"j("text":"fetch web:2 (the engine does not have it)",)j"
        R"j("reason":"the engine does not have it","changes":[],"moreChanges":0,)j"
        R"j("bytesToFetch":null},)j"
        R"j({"step":2,"round":2,"action":"kill","appId":7,"subject":"service:7/web",)j"
        R"j("text":"kill web (image, env(A), user differ)","reason":"image, env(A), user differ",)j"
        R"j("changes":[{"field":"image","current":"web:1","target":"web:2"},)j"
        R"j({"field":"env(A)","current":"hidden","target":"hidden"},)j"
        R"j({"field":"user","current":"","target":"a\nb\u001b[2J"}],"moreChanges":2,)j"
        R"j("bytesToFetch":0},)j"
        R"j({"step":3,"round":3,"action":"start","appId":7,"subject":"service:7/web",)j"
        R"j("text":"start web (it has no container)","reason":"it has no container","changes":[],)j"
        R"j("moreChanges":0,"bytesToFetch":0}],)j"
        R"j("imagesToFetch":["web:2"],"bytesToFetch":null,)j"
        R"j("outages":[{"appId":7,"serviceName":"web","fromStep":2,"toStep":3,"lastTimeMs":12345}],"waits":[],)j"
        R"j("rejected":[],"warnings":["web: build is ignored"]})j"},
      {"a lock, and a release that cannot run",
        a_wait(),
        false,
        "Nothing can be done now; it waits for:\n"
        "  lock: web holds the update lock /l\n"
        "Nothing is to be fetched.\n"
        "App shop is left as it is: its release cannot run here: no l4t\n",
        R"j({"atTarget":false,"reached":false,"steps":[],"imagesToFetch":[],"bytesToFetch":0,)j"
        R"j("outages":[],"waits":[{"kind":"lock","appId":7,"subject":"locks:7",)j"
        R"j("text":"web holds the update lock /l"}],"rejected":[{"appId":7,"reason":"no l4t"}],)j"
        R"j("warnings":[]})j"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(is_at_target(row.what) == row.at_target);
      CHECK(foreseen_text(row.what) == row.text);
      CHECK(json::write(foreseen_json(row.what)) == row.json);
    }
  }

  TEST_CASE("plan: sizes that are known are told, and their sum") {
    auto what = an_update();
    what.ahead.steps[0].bytes = 12'300'000;
    auto again = what.ahead.steps[0];
    what.ahead.steps.push_back(again);
    again.what.action = fetch_image{row_of("db:2")};
    again.bytes = 0;
    what.ahead.steps.push_back(again);
    const auto text = foreseen_text(what);
    CHECK(text.find("it); 12.3 MB\n") != std::string::npos);
    CHECK(text.find("To fetch: 2 images, 12.3 MB.\n") != std::string::npos);
    CHECK(*foreseen_json(what).find("bytesToFetch")->as_integer() == 12'300'000);
  }

  TEST_CASE("plan: sizes that together no number holds are the greatest there is") {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    foreseen what;
    for (const auto* name : {"web:2", "db:2"})
      what.ahead.steps.push_back(
        {1, {{7}, fetch_image{row_of(name)}, "the engine does not have it"}, {}, 0, most});
    CHECK(*foreseen_json(what).find("bytesToFetch") == value{most});
    CHECK(foreseen_text(what).find("To fetch: 2 images, 9223372036.8 GB.") != std::string::npos);
  }

  TEST_CASE("plan: a long value is cut for people") {
    auto what = an_update();
    what.ahead.steps[1].changes = {{"user", "", std::string(5000, 'x')}};
    CHECK(foreseen_text(what).size() < 1000);
  }
}

} // namespace
} // namespace copal
