#include "actors/planning/identity.hpp"
#include "tests/actors/planning/situations.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

// What the supervisors before this one left behind, generation by generation: who it is, and what
// becomes of it. Source: spec/state-engine.md §1, §7.4 and §11.

namespace copal::planning {
namespace {

using situations::device;
using situations::network_of;
using situations::service;
using situations::volume_of;

/// How a generation named and labelled what it made for service `web` (71, image 70) of app 7.
struct generation {
  std::string name;
  std::string container;
  label_map labels;
  std::string who;               ///< "app uuid service name image release commit"
  std::vector<std::string> plan; ///< For a target that it is equal to in all but what is told.
};

label_map labels(const std::string& vendor, bool has_uuid) {
  const auto prefix = "io." + vendor + '.';
  label_map out{{prefix + "supervised", "true"},
    {prefix + "app-id", "7"},
    {prefix + "service-id", "71"},
    {prefix + "service-name", "web"}};
  if (has_uuid)
    out[prefix + "app-uuid"] = "a7";
  return out;
}

label_map without_name(label_map all) {
  all.erase("io.resin.service-name");
  return all;
}

label_map both(label_map all, const label_map& more) {
  all.insert(more.begin(), more.end());
  return all;
}

const std::vector<generation>& generations() {
  static const std::vector<generation> all{
    {"v7: resin labels, no commit in the name",
      "web_70_1",
      labels("resin", false),
      "7 - 71 web 70 1 -",
      {"kill web (labels(io.balena.app-uuid) differs)"}},
    {"v7: no label with the service's name",
      "web_70_1",
      without_name(labels("resin", false)),
      "7 - 71 web 70 1 -",
      {"kill web (labels(io.balena.app-uuid), labels(io.balena.service-name) differ)"}},
    {"v10: balena labels, no commit in the name",
      "web_70_1",
      labels("balena", false),
      "7 - 71 web 70 1 -",
      {"kill web (labels(io.balena.app-uuid) differs)"}},
    {"v12: a commit in the name, no uuid",
      "web_70_1_c1",
      labels("balena", false),
      "7 - 71 web 70 1 c1",
      {"kill web (labels(io.balena.app-uuid) differs)"}},
    {"v13 to v18: a uuid, and no commit in the name",
      "web_70_1",
      labels("balena", true),
      "7 a7 71 web 70 1 -",
      {"updateMetadata web (same configuration in the new release)"}},
    {"v19: a commit and a uuid", "web_70_1_c1", labels("balena", true), "7 a7 71 web 70 1 c1", {}},
    {"v19, the old one of a hand-over",
      "old_web_70_1_c1",
      labels("balena", true),
      "7 a7 71 web 70 1 c1",
      {"updateMetadata web (same configuration in the new release)"}},
    {"v19, with its labels in both spellings",
      "web_70_1_c1",
      both(labels("resin", true), labels("balena", true)),
      "7 a7 71 web 70 1 c1",
      {}},
  };
  return all;
}

std::string told(const std::optional<container_identity>& who) {
  if (!who)
    return "nobody";
  const auto text = [](const std::string& x) { return x.empty() ? std::string{"-"} : x; };
  return to_string(who->app) + ' ' + text(who->uuid.value) + ' ' + to_string(who->service) + ' '
         + who->name.value + ' ' + to_string(who->image) + ' ' + to_string(who->release) + ' '
         + text(who->commit.value);
}

/// The container of `web` as that generation left it.
void left_by(const generation& g, situation& s) {
  auto& c = s.engine.containers.front();
  c.what.name = g.container;
  c.what.config.labels = g.labels;
  c.who = identify(g.container, g.labels).value();
}

service labelled_web() {
  service out{"web"};
  out.it.config.labels = labels("balena", true);
  return out;
}

TEST_SUITE("planning: older supervisors") {
  TEST_CASE("generations: a container of each is known, by its labels and its name") {
    for (const auto& g : generations()) {
      CAPTURE(g.name);
      CHECK(told(identify(g.container, g.labels)) == g.who);
    }
  }

  TEST_CASE("generations: the container of each is the service's: it stays, or is replaced once") {
    std::vector<situations::row> rows;
    for (const auto& g : generations()) {
      auto given = device{}.running({labelled_web()}).but([&g](situation& s) { left_by(g, s); });
      rows.push_back({g.name, g.plan.empty() ? given : given.looked(), g.plan});
    }
    situations::check(rows);
  }

  TEST_CASE("generations: the one container of a supervisor before v7 stays the one service") {
    const auto legacy = [](const std::string& id) {
      return [id](situation& s) {
        auto& labels = situations::container_of(s, "web").config.labels;
        labels["io.resin.legacy-container"] = "1";
        labels["io.balena.service-id"] = id;
      };
    };
    auto other = labelled_web();
    other.env("A", "1");
    service db{"db"};
    situations::check({
      {"it has another service's number: nothing restarts",
        device{}.running({labelled_web()}).but(legacy("1")),
        {}},
      {"another variable is a difference",
        device{}.running({labelled_web()}).but(legacy("1")).wants({other}).looked(),
        {"kill web (env(A) differs)"}},
      {"with a second service it is one like all others",
        device{}.running({labelled_web(), db}).but(legacy("1")).looked(),
        {"kill web (labels(io.balena.legacy-container), labels(io.balena.service-id) differ)"}},
    });
  }

  TEST_CASE("generations: networks and volumes by the app's number") {
    const auto with_network = [](const std::string& name, const label_map& labels) {
      return [=](situation& s) {
        auto one = network_of(7, "default");
        one.id.value = "old-" + name;
        one.name = name;
        one.config.labels = labels;
        s.engine.networks.push_back(one);
      };
    };
    const auto with_volume = [](const std::string& name, const label_map& labels) {
      return [=](situation& s) {
        auto one = volume_of(7, "data");
        one.name = name;
        one.config.labels = labels;
        s.engine.volumes = {one};
      };
    };
    const auto web = service{"web"}.volume("data");
    const auto now = device{}.running({"web"});
    const auto wants_data = device{}.running({web});
    situations::check({
      {"v7's network goes, as the one under the uuid is there",
        device{now}.but(with_network("7_default", {{"io.resin.supervised", "true"}})),
        {"removeNetwork 7_default (not in the target)"}},
      {"v12's too",
        device{now}.but(with_network("7_default", {{"io.balena.supervised", "true"}})),
        {"removeNetwork 7_default (not in the target)"}},
      {"one without a label is a stranger's", device{now}.but(with_network("7_default", {})), {}},
      {"v7's volume, without labels, is the app's",
        device{wants_data}.but(with_volume("7_data", {})),
        {}},
      {"v10's volume, with the one label, too",
        device{wants_data}.but(with_volume("7_data", {{"io.resin.supervised", "true"}})),
        {}},
      {"v19's volume, with the app's uuid, too",
        device{wants_data}.but(
          with_volume("7_data", {{"io.balena.supervised", "true"}, {"io.balena.app-uuid", "a7"}})),
        {}},
      {"another app's volume is not", device{now}.but(with_volume("8_data", {})), {}},
    });
  }
}

} // namespace
} // namespace copal::planning
