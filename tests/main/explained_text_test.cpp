#include "main/explained_text.hpp"

#include "adapters/json/json.hpp"
#include "main/one_line.hpp"

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
      {"an engine that is away, and a record that cannot be written",
        R"({"settled":false,"services":[],"others":[{"subject":"engine","waitsFor":"engine",)"
        R"("reason":"the engine does not answer: refused"},{"subject":"commit:7","appId":7,)"
        R"("appName":"shop","waitsFor":"back-off","reason":"updateCommit c1: no answer",)"
        R"("tries":1,"nextTry":"T3","attempts":[{"at":"T1","error":"no answer"}]},)"
        R"({"appId":8,"appName":"","waitsFor":"step","reason":"removeImage x"}]})",
        "the device waits for: engine: the engine does not answer: refused\n"
        "app shop waits for: back-off: updateCommit c1: no answer\n"
        "  failed 1 time, next try at T3\n"
        "    T1  no answer\n"
        "app 8 waits for: step: removeImage x\n",
        false},
      {"what is settled and has something left all the same",
        R"({"settled":true,"services":[],"others":[{"waitsFor":"store","reason":"not read"}]})",
        "the device waits for: store: not read\n",
        false},
      {"bytes",
        R"({"settled":false,"services":[{"appName":"shop","serviceName":"web","differs":"it has )"
        R"(no container","waitsFor":"image","reason":"fetching","bytesToFetch":41700000}]})",
        "web (app shop): it has no container\n  waits for: image: fetching\n  to fetch: 41.7 MB\n",
        false},
      {"a file with several problems, and what its reading warns of",
        R"({"settled":true,"services":[],"problem":"c.yaml:3: no\nc.yaml:5: nor this",)"
        R"("warnings":["a"],"source":{"path":"c.yaml","warnings":["b"]}})",
        "The newest target is not followed: c.yaml:3: no\n"
        "  c.yaml:5: nor this\n"
        "The device is at its target.\n"
        "warning: a\n"
        "warning: b\n",
        true},
      {"a file with a problem, and nothing that stands",
        R"({"settled":false,"services":[],"problem":"c.yaml:3: no"})",
        "The newest target is not followed: c.yaml:3: no\n",
        false},
      {"commands of the terminal in what an engine, a registry or a file says",
        R"({"settled":false,"problem":"c\u001b[2J","services":[{"serviceName":"w\u001b[1mb",)"
        R"("appName":"s\rp","differs":"a\u0007","waitsFor":"back-off","reason":"x\u001b]0;y\n)"
        R"(z\u009b2Jü","tries":1,"attempts":[{"at":"T1","error":"e\u001b[31m"}]}],)"
        R"("others":[{"waitsFor":"engine","reason":"o\u001b[0m"}],"locks":[{"appId":7,)"
        R"("serviceName":"l","path":"/l\u001b[0m"}],"troubles":[{"serviceName":"t",)"
        R"("told":"d\u001b[0m"}],"warnings":["v\u001b[0m"]})",
        "The newest target is not followed: c?[2J\n"
        "w?[1mb (app s?p): a?\n"
        "  waits for: back-off: x?]0;y\\nz?2Jü\n"
        "  failed 1 time\n"
        "    T1  e?[31m\n"
        "the device waits for: engine: o?[0m\n"
        "lock of app 7: l holds /l?[0m\n"
        "trouble: t: d?[0m\n"
        "warning: v?[0m\n",
        false},
      {"nothing at all",
        R"({"settled":false,"services":[]})",
        "The device is not at its target, and what it waits for is not known.\n",
        false},
      {"a target that is not followed",
        R"({"settled":true,"services":[],"problem":"line 3: no"})",
        "The newest target is not followed: line 3: no\nThe device is at its target.\n",
        true},
      {"an answer of another kind",
        R"({"services":"none","settled":1,"source":3})",
        "The device is not at its target, and what it waits for is not known.\n",
        false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto told = answer(row.json);
      CHECK(explained_text(told) == row.text);
      CHECK(is_at_target(told) == row.at_target);
    }
  }

  TEST_CASE("explain: a text of whatever length is told, and no longer") {
    const auto told = explained_text(value::map({{"problem", std::string(3000, 'x')}}));
    CHECK(told.size() < 2100);
    CHECK(told.find("xxx...\n") != std::string::npos);
    // Not within a character.
    CHECK(one_line("abü", 3) == "abü");
    CHECK(one_line("abüc", 3) == "abü...");
  }
}

} // namespace
} // namespace copal
