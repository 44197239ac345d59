#include "actors/planning/compare/compare.hpp"
#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/compare/v19_reading.hpp"
#include "actors/planning/identity.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "tests/actors/planning/recordings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// The strongest proof that a device can move from a v19 supervisor to this one with its containers
// left running: what v19 sent for each service of a recorded target is what we would send, and what
// the engine showed of it afterwards asks for no change.

namespace copal::planning {
namespace {

/// The names of differing fields, in a row.
std::string fields(const std::vector<field_difference>& found) {
  std::string out;
  for (const auto& difference : found)
    out += (out.empty() ? "" : " ") + difference.field;
  return out;
}

const target_service& service(const device_target& target, const std::string& name) {
  const auto& all = target.apps.at(0).release->services;
  const auto it =
    std::find_if(all.begin(), all.end(), [&name](const auto& s) { return s.name.value == name; });
  REQUIRE(it != all.end());
  return *it;
}

/// The target without the services whose names are in `refused`.
target_document without(target_document document, const std::vector<std::string>& refused) {
  value doc = document.doc;
  auto device = *doc.find(recordings::device().uuid.value);
  auto apps = *device.find("apps");
  const auto app_name = apps.as_map()->at(0).key;
  auto app = apps.as_map()->at(0).val;
  auto releases = *app.find("releases");
  const auto commit = releases.as_map()->at(0).key;
  auto release = releases.as_map()->at(0).val;
  value kept = value::map({});
  for (const auto& m : *release.find("services")->as_map()) {
    if (std::find(refused.begin(), refused.end(), m.key) == refused.end())
      kept.set(m.key, m.val);
  }
  release.set("services", kept);
  releases.set(commit, release);
  app.set("releases", releases);
  apps.set(app_name, app);
  device.set("apps", apps);
  doc.set(recordings::device().uuid.value, device);
  document.doc = doc;
  return document;
}

/// What of the odd input we refuse, with the reason (spec/state-engine.md §14).
const std::map<std::string, std::string> refused{
  {"env-null", "a variable without a value: v19 sent the text \"undefined\""},
  {"supervisor0-user", "the supervisor's network, named by the user: v19 could never start it"},
  {"net-container", "network_mode container: is not supported: v19 could never start it"},
  {"netmode-service-alias", "networks beside network_mode service: have no effect"},
};

/// Where we send something else than v19, with the reason (spec/state-engine.md §2.7 and §14).
const std::map<std::string, std::string> sent_otherwise{
  {"cmd-comment", "command"},          // '#': v19 sends null
  {"cmd-string", "command"},           // $ in quotes: v19 puts a backslash before it
  {"hc-list", "healthcheck"},          // start_period: v19 does not know this spelling
  {"hc-no-test", "healthcheck"},       // a check without test: v19 loses the image's
  {"volume-readonly-snake", "mounts"}, // read_only: v19 loses it
};

/// Where what the engine shows of v19's container is not what our reading asks for. The test of
/// hc-no-test, the engine has taken from the image.
const std::map<std::string, std::string> shown_otherwise{
  {"cmd-comment", "command"},
  {"cmd-string", "command"},
  {"hc-list", "healthcheck"},
  {"volume-readonly-snake", "mounts"},
};

/// Those of them that are replaced: once, and never again. v19 itself replaces them in each round.
/// The others are as v19 reads them, and stay until the next release (docs/decisions/0102).
const std::set<std::string> replaced{"cmd-comment", "volume-readonly-snake"};

std::string expected(const std::map<std::string, std::string>& table, const std::string& name) {
  const auto it = table.find(name);
  return it == table.end() ? std::string{} : it->second;
}

std::vector<std::string> names_of_refused() {
  std::vector<std::string> out;
  out.reserve(refused.size());
  for (const auto& [name, reason] : refused)
    out.push_back(name);
  return out;
}

struct world {
  explicit world(bool odd)
    : document(without(recordings::target(odd), names_of_refused())),
      made(normalise_target(document, recordings::device())) {}

  target_document document;
  result<normalised> made;
};

/// In v19's bodies `service:x` stands as the container it was; ours is resolved at create.
compare_context context_of(const recordings::recording& r) {
  compare_context context;
  constexpr std::string_view prefix = "container:";
  const auto& mode = r.created.network_mode;
  if (mode.rfind(prefix, 0) == 0)
    context.services["minimal"] = {mode.substr(prefix.size())};
  return context;
}

TEST_SUITE("planning: recorded from v19 on Docker 20.10") {
  TEST_CASE("transcripts: what v19 sends to create a container is what we send") {
    for (const bool odd : {false, true}) {
      const world w{odd};
      if (!w.made)
        FAIL(w.made.error().what);
      for (const auto& r : recordings::services(odd)) {
        CAPTURE(r.name);
        if (refused.count(r.name) != 0)
          continue;
        const auto& wanted = service(w.made->target, r.name);
        const auto ours = resolve(wanted, &r.image, {r.created.image});
        container sent;
        sent.config = r.created;
        CHECK(fields(differences(sent, ours, context_of(r))) == expected(sent_otherwise, r.name));
      }
    }
  }

  TEST_CASE("transcripts: every field is equal, also where the comparison is lenient") {
    for (const bool odd : {false, true}) {
      const world w{odd};
      for (const auto& r : recordings::services(odd)) {
        CAPTURE(r.name);
        if (refused.count(r.name) != 0 || sent_otherwise.count(r.name) != 0)
          continue;
        auto ours = resolve(service(w.made->target, r.name), &r.image, {r.created.image});
        auto theirs = r.created;
        if (!context_of(r).services.empty())
          theirs.network_mode = "service:minimal";
        for (auto* side : {&ours, &theirs}) {
          std::sort(side->binds.begin(), side->binds.end());
          std::sort(side->mounts.begin(), side->mounts.end());
          std::sort(side->ports.begin(), side->ports.end());
          std::sort(side->tmpfs.begin(), side->tmpfs.end());
        }
        CHECK(ours.env == theirs.env);
        CHECK(ours.labels == theirs.labels);
        CHECK(ours.networks == theirs.networks);
        CHECK(ours == theirs);
      }
    }
  }

  TEST_CASE("transcripts: a container of v19, read back, asks for no change") {
    for (const bool odd : {false, true}) {
      const world w{odd};
      for (const auto& r : recordings::services(odd)) {
        CAPTURE(r.name);
        if (refused.count(r.name) != 0 || r.shown.id.empty())
          continue;
        const auto& release = *w.made->target.apps.at(0).release;
        const auto& wanted = service(w.made->target, r.name);
        const engine_image_id image{r.created.image};
        const auto found = differences(r.shown, resolve(wanted, &r.image, image), context_of(r));
        CHECK(fields(found) == expected(shown_otherwise, r.name));
        const auto who = identify(r.container_name, r.shown.config.labels);
        REQUIRE(who);
        const auto stays =
          found.empty()
          || is_as_v19_reads({*who, r.shown}, release, wanted, &r.image, image, context_of(r));
        CHECK(stays == (replaced.count(r.name) == 0));
      }
    }
  }

  TEST_CASE("transcripts: odd input that could never work is refused") {
    for (const auto& entry : refused) {
      const auto& name = entry.first;
      CAPTURE(name);
      auto others = names_of_refused();
      others.erase(std::find(others.begin(), others.end(), name));
      const auto made =
        normalise_target(without(recordings::target(true), others), recordings::device());
      REQUIRE(!made);
      CHECK(made.error().code == errc::invalid_input);
      CHECK(made.error().what.find("service " + name) != std::string::npos);
    }
  }

  TEST_CASE("transcripts: networks are sent and read back equal") {
    for (const bool odd : {false, true}) {
      const world w{odd};
      for (const auto& wanted : w.made->target.apps.at(0).release->networks) {
        CAPTURE(wanted.name);
        bool found = false;
        for (const auto& r : recordings::networks()) {
          if (r.name != wanted.name)
            continue;
          found = true;
          CHECK(wanted.engine_name == r.engine_name);
          CHECK(wanted.config == r.created);
          // The engine does not know the field under which v19 sends aux_addresses.
          const std::string other = wanted.name == "aux" ? "ipam.config" : "";
          CHECK(fields(differences(r.shown, wanted.config)) == other);
        }
        CHECK(found);
      }
    }
  }

  TEST_CASE("transcripts: volumes are sent and read back equal") {
    const world w{false};
    for (const auto& wanted : w.made->target.apps.at(0).release->volumes) {
      CAPTURE(wanted.name);
      bool found = false;
      for (const auto& r : recordings::volumes()) {
        if (r.name != wanted.name)
          continue;
        found = true;
        CHECK(wanted.engine_name == r.engine_name);
        CHECK(wanted.config == r.created);
        CHECK(differences(r.shown, wanted.config).empty());
      }
      CHECK(found);
    }
  }
}

} // namespace
} // namespace copal::planning
