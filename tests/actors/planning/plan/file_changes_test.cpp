#include "actors/planning/identity.hpp"
#include "actors/planning/normalise/derived_ids.hpp"
#include "tests/actors/planning/documents.hpp"
#include "tests/actors/planning/situations.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

// A compose file is edited while its services run: what the planner makes of the second form.

namespace copal::planning::situations {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };

value shop() {
  return map({
    {"name", "shop"},
    {"services",
      map({
        {"db", map({{"image", "db:1"}, {"volumes", value::list({"data:/data"})}})},
        {"web", map({{"image", "web:1"}})},
      })},
    {"volumes", map({{"data", value{}}})},
  });
}

/// The file with a change made to it.
value edited(void (*change)(value& doc)) {
  auto doc = shop();
  change(doc);
  return doc;
}

value& member(value& of, std::string_view key) {
  return std::find_if(of.as_map()->begin(), of.as_map()->end(), [key](const value_member& m) {
    return m.key == key;
  })->val;
}

value& service_of(value& doc, std::string_view name) {
  return member(member(doc, "services"), name);
}

device_target target_from(value doc) {
  auto made =
    normalise_target({dialect::compose, "compose.yaml", std::move(doc)}, documents::device());
  REQUIRE(made);
  return std::move(made->target);
}

engine_image local(const std::string& name) {
  return {engine_id_of(name), {name}, {}};
}

/// The locks of all containers and wanted services are ours.
void lock_all(situation& s, app_id app) {
  auto& facts = s.locks[app];
  facts = {.app = app, .taken = true};
  for (const auto& c : s.engine.containers)
    facts.services.insert(c.who.name);
  for (const auto& wanted : s.target.apps) {
    for (const auto& service : wanted.release->services)
      facts.services.insert(service.name);
  }
}

/// The images of the target are there and recorded.
void record_images(situation& s) {
  const auto& app = s.target.apps.front();
  for (const auto& service : app.release->services) {
    const auto id = engine_id_of(service.image_name);
    s.images.engine.push_back(local(service.image_name));
    s.images.facts[id];
    s.images.rows.push_back({service.image_name,
      app.id,
      app.uuid,
      service.id,
      service.name,
      service.image,
      app.release->id,
      app.release->commit,
      id,
      false});
  }
  lock_all(s, app.id);
}

/// Every service of the file runs from an image that was there before.
situation running(value doc) {
  situation s;
  s.engine.complete = true;
  s.images.complete = true;
  s.target = target_from(std::move(doc));
  record_images(s);
  const auto& app = s.target.apps.front();
  for (const auto& service : app.release->services) {
    const auto id = engine_id_of(service.image_name);
    supervised_container c;
    c.who = {app.id,
      app.uuid,
      service.id,
      service.name,
      service.image,
      app.release->id,
      app.release->commit};
    c.what.id.value = service.name.value + "-1";
    c.what.name = container_name(c.who);
    c.what.state = container_state::running;
    c.what.config = resolve(service, &s.images.facts[id], id);
    s.engine.containers.push_back(std::move(c));
  }
  for (const auto& n : app.release->networks)
    s.engine.networks.push_back({{n.engine_name + "-id"}, n.engine_name, n.config});
  for (const auto& v : app.release->volumes)
    s.engine.volumes.push_back({v.engine_name, v.config});
  s.commits[app.id] = app.release->commit;
  return s;
}

/// The plan once the file says something else, and the images of that are there.
plan plan_after(value doc) {
  auto s = running(shop());
  s.target = target_from(std::move(doc));
  record_images(s);
  return make_plan(s);
}

TEST_SUITE("planning: an edited file") {
  TEST_CASE("file: what runs as the file says is left alone") {
    CHECK(told(make_plan(running(shop()))) == "");
  }

  TEST_CASE("file: another writing of the same touches nothing, not even a name") {
    const struct {
      std::string name;
      value doc;
    } rows[] = {
      {"a comment is no part of the document, but moves the lines",
        edited([](value& doc) { service_of(doc, "web").at_line(40); })},
      {"the order of the services", edited([](value& doc) {
         auto& services = *member(doc, "services").as_map();
         std::swap(services[0], services[1]);
       })},
      {"version and extensions", edited([](value& doc) {
         doc.set("version", "3");
         doc.set("x-note", "hello");
         service_of(doc, "web").set("x-note", "hello");
         member(doc, "volumes").set("data", value::map({{"x-note", 1}}));
       })},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(told(plan_after(row.doc)) == "");
    }
  }

  TEST_CASE("file: a service that comes first renames the others and recreates none") {
    const auto after = edited([](value& doc) {
      auto& services = *member(doc, "services").as_map();
      services.insert(services.begin(), {"a", value::map({{"image", "db:1"}})});
    });
    const auto made = told(plan_after(after));
    CAPTURE(made);
    CHECK(made.find("updateMetadata db") != std::string::npos);
    CHECK(made.find("updateMetadata web") != std::string::npos);
    CHECK(made.find("kill") == std::string::npos);
    CHECK(made.find("remove") == std::string::npos);
    const auto before_ids = target_from(shop()).apps[0].release->services;
    const auto after_ids = target_from(after).apps[0].release->services;
    REQUIRE(after_ids.size() == 3);
    CHECK(after_ids[1].id == before_ids[0].id);
    CHECK(after_ids[2].id == before_ids[1].id);
  }

  TEST_CASE("file: a service that goes takes its container along, and no volume") {
    const auto without_db = edited([](value& doc) {
      std::erase_if(*member(doc, "services").as_map(), [](const auto& m) { return m.key == "db"; });
    });
    auto without_both = without_db;
    std::erase_if(*without_both.as_map(), [](const auto& m) { return m.key == "volumes"; });
    for (const auto& after : {without_db, without_both}) {
      const auto told_plan = told(plan_after(after));
      CAPTURE(told_plan);
      CHECK(told_plan.find("kill db (not in the target)") != std::string::npos);
      CHECK(told_plan.find("olume") == std::string::npos);
      CHECK(told_plan.find("kill web") == std::string::npos);
    }
  }

  TEST_CASE("file: another project name leaves the data of the one before") {
    const auto after = edited([](value& doc) { doc.set("name", "store"); });
    auto s = running(shop());
    s.target = target_from(after);
    record_images(s);
    lock_all(s, derived_app_id("shop"));
    const auto told_plan = told(make_plan(s));
    CAPTURE(told_plan);
    CHECK(told_plan.find("kill db (not in the target)") != std::string::npos);
    CHECK(told_plan.find("removeVolume") == std::string::npos);
    // The same from the cloud, which names every app of the device, takes them along.
    s.target.keeps_volumes = false;
    s.engine.containers.clear();
    CHECK(told(make_plan(s)).find("removeVolume") != std::string::npos);
  }

  TEST_CASE("file: an image that is there by its name is not fetched") {
    const struct {
      const char* named;
      const char* tag; ///< As the engine lists it.
    } rows[] = {
      {"sample", "sample:latest"},
      {"sample:2", "sample:2"},
      {"nginx", "nginx:latest"},
      {"docker.io/nginx", "nginx:latest"},
      {"docker.io/library/nginx:1", "nginx:1"},
      {"library/nginx", "nginx:latest"},
      {"me/app", "me/app:latest"},
      {"registry.example:5000/app:3", "registry.example:5000/app:3"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.named);
      situation s;
      s.engine.complete = true;
      s.images.complete = true;
      s.target = target_from(map({{"name", "shop"},
        {"services", map({{"web", map({{"image", row.named}, {"pull_policy", "missing"}})}})}}));
      s.engine.networks.push_back({{"n"},
        s.target.apps[0].release->networks[0].engine_name,
        s.target.apps[0].release->networks[0].config});
      CHECK(told(make_plan(s)).find("fetch ") == 0);
      s.images.engine = {local(row.tag)};
      CHECK(told(make_plan(s)).find("saveImage ") == 0);
      CHECK(told(make_plan(s)).find("fetch ") == std::string::npos);
    }
  }
}

} // namespace
} // namespace copal::planning::situations
