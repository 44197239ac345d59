#include "tests/actors/planning/situations.hpp"

#include <algorithm>

#include <doctest/doctest.h>

// What the update strategies do before the old container goes; the hand-over has its own file.
// Source: spec/state-engine.md §5.3.

namespace copal::planning::situations {
namespace {

using state = container_state;
using strategy = update_strategy;

const std::string waits_for_images =
  "wait, fetching: web: replaced when all images of its release are there";
const std::string starts_after_images =
  "wait, dependency: web: started when all images of its release are there";

TEST_SUITE("planning: strategies") {
  TEST_CASE("spec 12.34: download-then-kill waits for all images of the release") {
    const auto two = device{}.running({"web", "db"}).looked();
    const std::string db_waits =
      "wait, fetching: db: replaced when all images of its release are there";
    const auto want = [](strategy how) {
      return std::vector<service>{
        service{"web"}.env("A", "1").by(how), service{"db"}.from("db:2").by(how)};
    };
    check({
      {"one image is missing: no container goes, also not where nothing is missing",
        device{two}.wants(want(strategy::download_then_kill)),
        {"fetch db:2 (the engine does not have it)", db_waits, waits_for_images}},
      {"hand-over waits the same way",
        device{two}.wants(want(strategy::hand_over)),
        {"fetch db:2 (the engine does not have it)", db_waits, waits_for_images}},
      {"all images are there",
        device{two}.wants(want(strategy::download_then_kill)).fetched_all(),
        {"kill db (image differs)", "kill web (env(A) differs)"}},
      {"a service that leaves waits too",
        device{two}.wants({"db", "new"}),
        {"fetch new:1 (the engine does not have it)",
          "wait, fetching: web: removed when all images of the release are there",
          "wait, dependency: new: started when all images of its release are there"}},
    });
  }

  TEST_CASE("services: after the loss of all rows no container is taken for another one") {
    const auto lost = [](auto& s) {
      s.images.rows.clear();
      s.images.facts.clear();
    };
    for (const auto by : {strategy::kill_then_download, strategy::delete_then_download}) {
      const auto now = device{}.running({service{"web"}.by(by)}).looked();
      check({
        {"what differs may come from its image",
          device{now}.container_of("web", [](auto& c) { c.config.command = {"x"}; }).but(lost),
          {"saveImage web:1 (the engine has it already)",
            "wait, in progress: web: its image has not been looked at yet"}},
        {"known again, it is compared",
          device{now}.container_of("web", [](auto& c) { c.config.command = {"x"}; }),
          {"kill web (command differs)"}},
      });
    }
  }

  TEST_CASE("spec 12.35: kill-then-download removes the container before it fetches") {
    const auto wanted = service{"web"}.from("web:2").by(strategy::kill_then_download);
    const auto updating = device{}.running({"web", "db"}).wants({wanted, "db"}).looked();
    const std::string after = "wait, dependency: fetch web:2 when the old container has gone";
    check({
      {"the container goes at once, and is waited for",
        device{updating},
        {"kill web (image differs)", after}},
      {"nobody looked",
        device{updating}.but([](auto& s) { s.locks.clear(); }),
        {"takeLock (before services are touched)", after}},
      {"a lock forbids it",
        device{updating}.locked("web"),
        {after, "wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"a new service's image is fetched meanwhile",
        device{updating}.wants({wanted, "db", "new"}),
        {"fetch new:1 (the engine does not have it)",
          "kill web (image differs)",
          after,
          "wait, dependency: new: started when all images of its release are there"}},
      {"it is being removed",
        device{updating}.is("web", state::removing),
        {after, "wait, in progress: web: its old container is being removed"}},
      {"it has gone: fetched, and the old image is kept till then",
        device{updating}.gone("web"),
        {"fetch web:2 (the engine does not have it)", starts_after_images}},
      {"the image is there",
        device{updating}.gone("web").fetched_all(),
        {"start web (it has no container)",
          "removeImage web:1 of web (no release and no container needs it)"}},
      {"the image was there all the time",
        device{updating}.fetched_all(),
        {"kill web (image differs)"}},
    });
  }

  TEST_CASE("spec 12.36: delete-then-download removes the old image before it fetches") {
    const auto wanted = service{"web"}.from("web:2").by(strategy::delete_then_download);
    const auto updating = device{}.running({"web", "db"}).wants({wanted, "db"}).looked();
    const std::string removal = "removeImage web:1 of web (no release and no container needs it)";
    check({
      {"first the container goes",
        device{updating},
        {"kill web (image differs)",
          "wait, dependency: fetch web:2 when the old container has gone"}},
      {"then the image",
        device{updating}.gone("web"),
        {removal,
          "wait, dependency: fetch web:2 when the old image has gone",
          starts_after_images}},
      {"then the new one is fetched",
        device{updating}.gone("web").but([](auto& s) {
          std::erase_if(s.images.rows, [](const auto& r) { return r.name == "web:1"; });
        }),
        {"fetch web:2 (the engine does not have it)", starts_after_images}},
      {"a row alone goes where another service runs from the image",
        device{}
          .running({"web", service{"db"}.from("web:1")})
          .wants({wanted, service{"db"}.from("web:1")})
          .looked()
          .gone("web"),
        {removal,
          "wait, dependency: fetch web:2 when the old image has gone",
          starts_after_images}},
      {"an old image that a leaving service runs from is not waited for: that waits for us",
        device{}.running({"web", service{"db"}.from("web:1")}).wants({wanted}).looked().gone("web"),
        {"fetch web:2 (the engine does not have it)",
          "wait, fetching: db: removed when all images of the release are there",
          starts_after_images}},
      {"the removal failed: somebody else uses it, and is not waited for",
        device{updating}.gone("web").failed("image:web:1"),
        {"fetch web:2 (the engine does not have it)",
          starts_after_images,
          "wait, back-off: " + removal + ": no answer"}},
    });
  }

  TEST_CASE("spec 12.41: hand-over is a plain replacement when a network changes") {
    const auto handing = service{"web"}.by(strategy::hand_over);
    check({
      {"the network is made anew",
        device{}.running({handing}).looked().but(
          [](auto& s) { s.engine.networks.front().config.internal = true; }),
        {"kill web (a7_default is made anew)", "wait, in use: a7_default goes when web has gone"}},
    });
  }
}

} // namespace
} // namespace copal::planning::situations
