#include "actors/planning/host_services.hpp"
#include "tests/actors/planning/documents.hpp"
#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// What the planner does not touch although it is ours by its labels: apps whose release was
// rejected (spec/state-engine.md §12.46), and what the host keeps (spec/cloud-protocol.md §10).

namespace copal::planning {
namespace {

const std::string supervisor_app = "52e35121417640b1b28a680504e4039b";

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };

/// A v3 document with one app: "web" and what else is given.
target_document app_of(const std::string& uuid, bool is_host, value services) {
  const auto app = map({{"id", 9},
    {"name", "os"},
    {"is_host", is_host},
    {"releases",
      map({{"c90",
        map({{"id", 90},
          {"services", std::move(services)},
          {"volumes", map({{"data", map({})}})}})}})}});
  return {dialect::cloud_v3,
    "cloud",
    map({{"d1", map({{"name", "d"}, {"config", map({})}, {"apps", map({{uuid, app}})}})}})};
}

/// "web db, alone: main; networks: 2"
std::string outcome(const target_document& document) {
  const auto made = normalise_target(document, documents::device());
  if (!made)
    return made.error().what;
  const auto& app = made->target.apps.at(0);
  std::string out;
  for (const auto& s : app.release->services)
    out += s.name.value + ' ';
  out += "alone:";
  for (const auto& name : app.left_alone)
    out += ' ' + name.value;
  return out + " networks: " + std::to_string(app.release->networks.size())
         + " volumes: " + std::to_string(app.release->volumes.size());
}

value labelled(const char* key, const char* text) {
  return documents::cloud_service(map({}), map({{key, text}}));
}

TEST_SUITE("planning: left alone") {
  TEST_CASE("spec 12.46: nothing of an app whose release was rejected is touched") {
    using situations::device;
    using situations::service;
    const service web = service{"web"}.volume("data").network("front").local_api();
    situations::check({
      {"it runs on", device{}.running({web}).cannot_run(), {}},
      {"nothing of it is healed", device{}.running({web}).has_exited("web", 1).cannot_run(), {}},
      {"dead and surplus containers stay",
        device{}
          .running({web})
          .with_older("web")
          .but([](auto& s) { s.engine.containers.front().what.state = container_state::dead; })
          .cannot_run(),
        {}},
      {"nothing is made of it", device{}.cannot_run(), {}},
      {"rows of it that nothing uses stay",
        device{}.running({web}).old_row("web:0", "web").gone("web").cannot_run(),
        {}},
      {"its neighbour goes on",
        device{}.running({web}).cannot_run().app(8).running({"db"}).wants({"db", "cam"}, "c2"),
        {"fetch cam:1 (the engine does not have it)",
          "saveImage db:1 (the engine has it already)",
          "wait, dependency: cam: started when all images of its release are there",
          "wait, fetching: db: renamed when all images of its release are there"}},
      {"it goes when it is not in the target any more",
        device{}.running({"web"}).cannot_run().does_not_want_the_app().looked(),
        {"kill web (not in the target)", "wait, in use: a7_default goes when web has gone"}},
    });
  }

  TEST_CASE("host: the supervisor's own service is not ours to run, whatever it asks for") {
    const auto plain = documents::cloud_service(map({}));
    auto strange = plain;
    strange.set("composition", map({{"network_mode", "container:x"}}));
    const struct {
      std::string name;
      target_document document;
      std::string outcome;
    } rows[] = {
      {"the supervisor",
        app_of(supervisor_app, false, map({{"balena-supervisor", strange}})),
        "alone: balena-supervisor networks: 0 volumes: 0"},
      {"all its names",
        app_of(supervisor_app, false, map({{"main", plain}, {"core", plain}})),
        "alone: core main networks: 0 volumes: 0"},
      {"another service of its app",
        app_of(supervisor_app, false, map({{"main", plain}, {"web", plain}})),
        "web alone: main networks: 1 volumes: 1"},
      {"another app",
        app_of("a9", false, map({{"main", plain}})),
        "main alone: networks: 1 volumes: 1"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(outcome(row.document) == row.outcome);
    }
  }

  TEST_CASE("host: parts of the host OS are told by their labels, in host apps only") {
    const auto root = labelled("io.balena.image.store", "root");
    const struct {
      std::string name;
      target_document document;
      std::string outcome;
    } rows[] = {
      {"another engine's",
        app_of("a9", true, map({{"os", root}})),
        "alone: os networks: 0 volumes: 0"},
      {"another class",
        app_of("a9", true, map({{"os", labelled("io.balena.image.class", "hostapp")}})),
        "alone: os networks: 0 volumes: 0"},
      {"under an old name",
        app_of("a9", true, map({{"os", labelled("io.resin.image.class", "overlay")}})),
        "alone: os networks: 0 volumes: 0"},
      {"a service in our engine",
        app_of("a9",
          true,
          map({{"a", labelled("io.balena.image.class", "service")},
            {"b", labelled("io.balena.image.store", "data")},
            {"c", root}})),
        "a b alone: c networks: 1 volumes: 1"},
      {"no host app", app_of("a9", false, map({{"os", root}})), "os alone: networks: 1 volumes: 1"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(outcome(row.document) == row.outcome);
    }
  }

  TEST_CASE("host: a container that the host keeps is never removed, nor what it uses") {
    using situations::device;
    using situations::service;
    const auto kept = [](const std::string& name) {
      return [name](situation& s) { situations::target_of(s).left_alone = {{name}}; };
    };
    const auto of_host = [](situation& s) { situations::target_of(s).is_host = true; };
    const auto label = [](container& c) { c.config.labels["io.balena.image.store"] = "root"; };
    const auto of_supervisor = [](situation& s) {
      for (auto& c : s.engine.containers)
        c.who.uuid.value = supervisor_app;
    };
    const service kept_one = service{"main"}.volume("data").network("front");
    situations::check({
      {"named by the target",
        device{}.running({kept_one}).wants({}).but(kept("main")).but([](auto& s) {
          s.images.rows.clear();
        }),
        {}},
      {"its app is not in the target",
        device{}.running({kept_one}).but(of_supervisor).does_not_want_the_app().but([](auto& s) {
          s.commits.clear();
        }),
        {}},
      {"by its label, in a host app",
        device{}.running({"os"}).container_of("os", label).wants({}).but(of_host),
        {}},
      {"by its label, in an app that nobody knows",
        device{}.running({"os"}).container_of("os", label).does_not_want_the_app().but([](auto& s) {
          s.commits.clear();
        }),
        {}},
      {"its neighbour in the same app goes",
        device{}.running({"main", "web"}).wants({}).but(kept("main")).looked(),
        {"kill web (not in the target)"}},
    });
    CHECK_FALSE(is_left_alone({}, {}, nullptr));
  }
}

} // namespace
} // namespace copal::planning
