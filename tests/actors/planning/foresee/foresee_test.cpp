#include "actors/planning/foresee/foresee.hpp"

#include "tests/actors/planning/situations.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// What is foreseen, in the order in which it would be done.

namespace copal::planning::situations {
namespace {

/// "1: kill web (env(A) differs) [env(A) hidden -> hidden] [web down]"
std::vector<std::string> lines(const foresight& ahead) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < ahead.steps.size(); ++i) {
    const auto& one = ahead.steps[i];
    auto line = std::to_string(one.round) + ": " + to_string(one.what);
    for (const auto& change : one.changes)
      line += " [" + change.field + ' ' + change.current + " -> " + change.target + ']';
    for (const auto& gap : ahead.outages) {
      if (gap.from == i + 1)
        line += " [" + gap.service.value + (gap.to ? " down]" : " ends]");
      if (gap.to == i + 1)
        line += " [" + gap.service.value + " up]";
    }
    out.push_back(std::move(line));
  }
  for (const auto& one : ahead.waits)
    out.push_back("wait, " + to_string(one.why) + ": " + one.text);
  if (ahead.reached)
    out.emplace_back("reached");
  return out;
}

TEST_SUITE("planning") {
  TEST_CASE("foresee: each step until the target, why, and who is down meanwhile") {
    const struct {
      std::string name;
      device given;
      std::vector<std::string> told;
    } rows[] = {
      {"nothing to do", device{}.running({"web"}), {"reached"}},
      {"a variable differs",
        device{}.running({"web", "db"}).wants({service{"web"}.env("A", "1"), "db"}).fetched_all(),
        {"1: takeLock (before services are touched)",
          "2: kill web (env(A) differs) [env(A) hidden -> hidden] [web down]",
          "3: start web (it has no container) [web up]",
          "4: releaseLock (nothing is stopped any more)",
          "reached"}},
      {"a new release with a new image",
        device{}.running({"web"}).wants({service{"web"}.from("web:2")}, "c2"),
        {"1: fetch web:2 (the engine does not have it)",
          "2: takeLock (before services are touched)",
          "3: kill web (image differs) [image web:1 -> web:2] [web down]",
          "4: start web (it has no container) [web up]",
          "4: removeImage web:1 of web (no release and no container needs it)",
          "5: updateCommit c2 (release complete) [commit c1 -> c2]",
          "5: releaseLock (nothing is stopped any more)",
          "reached"}},
      {"a service leaves",
        device{}.running({"web", "db"}).wants({"web"}),
        {"1: takeLock (before services are touched)",
          "2: kill db (not in the target) [db ends]",
          "3: removeImage db:1 of db (no release and no container needs it)",
          "3: releaseLock (nothing is stopped any more)",
          "reached"}},
      {"a user's lock",
        device{}
          .running({"web"})
          .wants({service{"web"}.env("A", "1")})
          .fetched_all()
          .looked()
          .locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      std::string got;
      for (const auto& line : lines(foresee(row.given)))
        got += line + '\n';
      std::string wanted;
      for (const auto& line : row.told)
        wanted += line + '\n';
      CHECK(got == wanted);
    }
  }

  TEST_CASE("foresee: the new container of a service that asks for a reboot waits for one") {
    auto given = device{}.wants({service{"web"}}).fetched_all();
    target_of(given.now)
      .release->services.front()
      .config.labels["io.balena.update.requires-reboot"] = "1";
    given.now.boot = host::boot_facts{"boot-1", wall_time{std::chrono::hours{400'000}}, false};
    const auto ahead = foresee(given);
    CHECK_FALSE(ahead.reached);
    REQUIRE(ahead.waits.size() == 1);
    CHECK(ahead.waits.front().why == wait_reason::kind::reboot);
  }

  TEST_CASE("foresee: the volume of the extra firmware is made and named in config.json") {
    auto given = device{}.wants({service{"web"}.extra_firmware()}).fetched_all();
    given.now.os = host::os_settings{"other"};
    const auto ahead = foresee(given);
    CHECK(ahead.reached);
    const auto told = lines(ahead);
    CHECK(std::any_of(told.begin(), told.end(), [](const std::string& line) {
      return line.find("ensureExtraFirmwareVolume extra-firmware (config.json names other) "
                       "[os.kernel.extraFirmwareVol other -> extra-firmware]")
             != std::string::npos;
    }));
  }

  TEST_CASE("foresee: a hand-over tells what differs") {
    const auto handing = service{"web"}.by(update_strategy::hand_over);
    const auto ahead =
      foresee(device{}.running({handing}).wants({service{handing}.env("A", "1")}).fetched_all());
    const auto told = lines(ahead);
    CHECK(std::any_of(told.begin(), told.end(), [](const std::string& line) {
      return line.find("[env(A) hidden -> hidden]") != std::string::npos;
    }));
  }

  TEST_CASE("foresee: bytes are counted beside what is there by then") {
    const auto bytes_for = [](update_strategy strategy) {
      auto given = device{}
                     .running({service{"web"}.by(strategy)})
                     .wants({service{"web"}.from("web:2").by(strategy)}, "c2");
      given.now.images.facts[engine_id_of("web:1")].layers = {"base", "one"};
      given.now.images.sizes = {{"web:2", {{"base", 100}, {"two", 7}}, {}}};
      for (const auto& one : foresee(given).steps) {
        if (std::holds_alternative<fetch_image>(one.what.action))
          return one.bytes.value_or(-1);
      }
      return std::int64_t{-2};
    };
    CHECK(bytes_for(update_strategy::download_then_kill) == 7);
    CHECK(bytes_for(update_strategy::kill_then_download) == 7);
    CHECK(bytes_for(update_strategy::delete_then_download) == 107);
  }

  TEST_CASE("foresee: a container ends as a job only if it stays ended") {
    // It is to be a job from now on; the one that is there would be started again for ever.
    const auto ahead =
      foresee(device{}
                .running({service{"db"}.restart(restart_mode::always), "web"})
                .wants({service{"db"}.restart(restart_mode::no).from("db:2"),
                         service{"web"}.after("db", dependency_condition::completed)},
                  "c2"));
    CHECK(ahead.reached);
    std::string of_db;
    for (const auto& one : ahead.steps) {
      if (to_string(one.what).find(" db (") != std::string::npos)
        of_db += to_string(one.what).substr(0, 5) + ' ';
    }
    CHECK(of_db == "kill  start remov "); // the old image
  }

  TEST_CASE("foresee: two names of one digest bring one image") {
    const std::string digest = "@sha256:" + std::string(64, 'a');
    const auto ahead = foresee(device{}.wants(
      {service{"web"}.from("r/one" + digest), service{"db"}.from("r/two" + digest)}, "c1"));
    CHECK(ahead.reached);
    std::set<std::string> images;
    for (const auto& one : ahead.steps) {
      if (const auto* made = std::get_if<install_service>(&one.what.action))
        images.insert(made->config.image);
    }
    CHECK(images.size() == 1);
  }

  TEST_CASE("foresee: a step tells twenty differing fields, and how many there are beyond") {
    service web{"web"};
    for (int i = 10; i < 35; ++i)
      web.env("A" + std::to_string(i), "1");
    const auto ahead = foresee(device{}.running({"web"}).wants({web}).fetched_all());
    REQUIRE(ahead.steps.size() == 4);
    CHECK(ahead.steps[1].changes.size() == most_changes);
    CHECK(ahead.steps[1].more_changes == 5);
  }
}

} // namespace
} // namespace copal::planning::situations
