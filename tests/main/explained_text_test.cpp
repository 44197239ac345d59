#include "main/explained_text.hpp"

#include "adapters/json/json.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal {
namespace {

value answer(const std::string& json) {
  auto read = json::parse(json);
  REQUIRE(read);
  return *std::move(read);
}

TEST_SUITE("main") {
  TEST_CASE("explain: an answer as people read it") {
    const struct {
      std::string name, json, text;
      bool at_target;
    } rows[] = {
      {"at its target",
        R"({"status":"success","settled":true,"services":[],"warnings":[]})",
        "The device is at its target.\n",
        true},
      {"one service, tried twice",
        R"({"settled":false,"services":[{"appId":7,"appName":"shop","serviceName":"web",)"
        R"("differs":"it has no container","waitsFor":"back-off","reason":"fetch failed",)"
        R"("tries":2,"nextTry":"T3","attempts":[{"at":"T1","error":"no route"},)"
        R"({"at":"T2","error":"slow"}]}],"warnings":["web: build is ignored"]})",
        "web (app shop): it has no container\n"
        "  waits for: back-off: fetch failed\n"
        "  failed 2 times, next try at T3\n"
        "    T1  no route\n"
        "    T2  slow\n"
        "warning: web: build is ignored\n",
        false},
      {"locks of a user and of our own",
        R"({"settled":false,"services":[{"appId":7,"appName":"shop","serviceName":"web",)"
        R"("differs":"env(A) differs","waitsFor":"lock","reason":"db holds it"}],"locks":[)"
        R"({"appId":7,"holder":"user","serviceName":"db","path":"/l/7/db/updates.lock",)"
        R"("since":"T1"},{"appId":8,"holder":"supervisor","since":"T2"}]})",
        "web (app shop): env(A) differs\n"
        "  waits for: lock: db holds it\n"
        "lock of app 7: db holds /l/7/db/updates.lock since T1\n"
        "lock of app 8: held for an update since T2\n",
        false},
      {"an app as a whole",
        R"({"settled":true,"services":[{"appId":7,"appName":"shop","differs":"its release is not )"
        R"(run","waitsFor":"rejected","reason":"no l4t"}]})",
        "app shop: its release is not run\n  waits for: rejected: no l4t\n",
        false},
      {"at its target, and not all is well",
        R"({"settled":true,"services":[],"troubles":[{"serviceName":"db","told":"unhealthy"}]})",
        "The device is at its target.\ntrouble: db: unhealthy\n",
        true},
      {"only what is not a service",
        R"({"settled":false,"services":[]})",
        "All services are as the target wants them; networks, volumes or images are not yet.\n",
        false},
      {"a target that is not followed",
        R"({"settled":true,"services":[],"problem":"line 3: no"})",
        "The newest target is not followed: line 3: no\nThe device is at its target.\n",
        true},
      {"an answer of another kind",
        R"({"services":"none","settled":1})",
        "All services are as the target wants them; networks, volumes or images are not yet.\n",
        false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto told = answer(row.json);
      CHECK(explained_text(told) == row.text);
      CHECK(is_at_target(told) == row.at_target);
    }
  }
}

} // namespace
} // namespace copal
